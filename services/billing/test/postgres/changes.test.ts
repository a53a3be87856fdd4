import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createCustomer, createDraft, createOpen, finalize } from "../support/bodies.ts";
import {
  type BillingUnderTest,
  patiently,
  startBillingUnderTest,
  type TestCaller,
} from "../support/start-billing.ts";

let billing: BillingUnderTest;
let caller: TestCaller;
beforeAll(async () => {
  billing = await startBillingUnderTest();
  caller = await billing.as();
});
afterAll(async () => {
  await billing[Symbol.asyncDispose]();
});

const seen = (version: number) => ({ "if-match": `"${version}"` });

async function eventsOf(id: string) {
  const { json } = await caller.get(`/v1/events?entity_id=${id}`);
  return json.data.map(({ type, data }: { type: string; data: object }) => ({ type, data }));
}

describe("a customer", () => {
  test("is changed where the patch says so, and stays as it is elsewhere", async () => {
    const id = await createCustomer(caller, { address: "1 Engine Row", tax_id: "GB1" });

    const answer = await caller.patch(
      `/v1/customers/${id}`,
      { name: "Ada King", tax_id: null },
      { ...seen(1), "content-type": "application/merge-patch+json" },
    );

    expect([answer.status, answer.headers.get("etag")]).toEqual([200, '"2"']);
    expect(answer.json).toMatchObject({ name: "Ada King", address: "1 Engine Row", tax_id: null });
    expect((await caller.get(`/v1/customers/${id}`)).json).toEqual(answer.json);
    expect((await eventsOf(id)).at(-1)).toEqual({
      type: "customer.updated",
      data: { changed: ["name", "tax_id"], archived: false },
    });
  });

  test("is not changed by what is so already", async () => {
    const id = await createCustomer(caller);

    for (const patch of [{}, { name: "Ada Lovelace", archived: false }]) {
      const answer = await caller.patch(`/v1/customers/${id}`, patch, seen(1));
      expect([answer.status, answer.headers.get("etag")]).toEqual([200, '"1"']);
    }
    expect(await eventsOf(id)).toHaveLength(1);
  });

  test("that is archived is hidden from the list and billed no more, until it is back", async () => {
    const id = await createCustomer(caller, { name: "Zuse" });
    const archived = await caller.patch(`/v1/customers/${id}`, { archived: true }, seen(1));
    expect(archived.json.archived_at).toMatch(/Z$/);

    expect((await caller.get("/v1/customers?q=Zuse")).json.data).toEqual([]);
    expect((await caller.get("/v1/customers?q=Zuse&archived=true")).json.data).toMatchObject([
      { id },
    ]);
    const lines = [{ description: "x", unit_amount: 1 }];
    const refused = await caller.post("/v1/invoices", { customer_id: id, currency: "EUR", lines });
    expect(refused.json.errors).toMatchObject([{ pointer: "/customer_id", code: "archived" }]);

    await caller.patch(`/v1/customers/${id}`, { archived: false }, seen(2));
    await createDraft(caller, { customer_id: id });
  });

  test("cannot take another's external_id, and is told whose it is", async () => {
    const owner = await createCustomer(caller, { external_id: "crm-7" });
    const id = await createCustomer(caller);

    const answer = await caller.patch(`/v1/customers/${id}`, { external_id: "crm-7" }, seen(1));

    expect(answer.status).toBe(409);
    expect(answer.json).toMatchObject({ code: "duplicate_external_id", existing_id: owner });
  });

  test("is changed by who saw it", async () => {
    const id = await createCustomer(caller);
    const unseen = await caller.patch(`/v1/customers/${id}`, { name: "x" });
    const stale = await caller.patch(`/v1/customers/${id}`, { name: "x" }, seen(7));

    expect([unseen.status, unseen.json.code]).toEqual([428, "if_match_missing"]);
    expect([stale.status, stale.json.code]).toEqual([412, "version_mismatch"]);
  });
});

describe("a draft", () => {
  test("is changed with its lines as a whole, and computed anew", async () => {
    const id = await createDraft(caller);
    const lines = [{ description: "Book", unit_amount: 1_000, tax_rate_ppm: 70_000 }];

    const answer = await caller.patch(`/v1/invoices/${id}`, { lines, due_days: 5 }, seen(1));

    expect([answer.status, answer.headers.get("etag")]).toEqual([200, '"2"']);
    expect(answer.json).toMatchObject({
      status: "draft",
      due_days: 5,
      total: { amount: 1_070 },
      lines: [{ position: 1, description: "Book" }],
      taxes: [{ rate_ppm: 70_000, amount: 70 }],
    });
    expect((await eventsOf(id)).at(-1)).toMatchObject({
      type: "invoice.updated",
      data: { changed: ["due_days", "lines"], total: { amount: 1_070, currency: "EUR" } },
    });
  });

  test("keeps its lines when others of its members change", async () => {
    const id = await createDraft(caller);
    const before = await caller.get(`/v1/invoices/${id}`);

    const answer = await caller.patch(`/v1/invoices/${id}`, { currency: "USD" }, seen(1));

    expect(answer.json.lines).toEqual(before.json.lines);
    expect(answer.json.total).toEqual({ amount: 12_000, currency: "USD" });
    const again = await caller.patch(`/v1/invoices/${id}`, { currency: "USD" }, seen(2));
    expect([again.status, again.headers.get("etag")]).toEqual([200, '"2"']);
  });

  test("cannot take another's external_id or go to a customer that is not there", async () => {
    const taken = await createDraft(caller, {
      customer_id: await createCustomer(caller),
      external_id: "order-9",
    });
    const id = await createDraft(caller);

    const duplicate = await caller.patch(`/v1/invoices/${id}`, { external_id: "order-9" }, seen(1));
    const lost = await caller.patch(`/v1/invoices/${id}`, { customer_id: taken }, seen(1));

    expect(duplicate.json).toMatchObject({ code: "duplicate_external_id", existing_id: taken });
    expect(lost.json.errors).toMatchObject([{ pointer: "/customer_id", code: "not_found" }]);
  });

  test("is deleted without a trace but its event, and without a number", async () => {
    const id = await createDraft(caller);

    const answer = await caller.send("DELETE", `/v1/invoices/${id}`, { headers: seen(1) });

    expect([answer.status, answer.text]).toEqual([204, ""]);
    expect((await caller.get(`/v1/invoices/${id}`)).status).toBe(404);
    expect((await eventsOf(id)).map(({ type }: { type: string }) => type)).toEqual([
      "invoice.created",
      "invoice.deleted",
    ]);
    const again = await caller.send("DELETE", `/v1/invoices/${id}`, { headers: seen(1) });
    expect(again.status).toBe(404);
  });
});

test("what is finalized is neither changed nor deleted", async () => {
  const id = await createOpen(caller);

  const changed = await caller.patch(`/v1/invoices/${id}`, { due_days: 1 }, seen(2));
  const deleted = await caller.send("DELETE", `/v1/invoices/${id}`, { headers: seen(2) });

  for (const answer of [changed, deleted]) {
    expect(answer.status).toBe(409);
    expect(answer.json).toMatchObject({ code: "invalid_transition", invoice_status: "open" });
  }
});

test("of 20 who change a draft at once, one does; a draft is not changed while it is finalized", async () => {
  const id = await createDraft(caller);

  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      patiently(() =>
        index % 2 === 0
          ? caller.patch(`/v1/invoices/${id}`, { due_days: index + 1 }, seen(1))
          : finalize(caller, id),
      ),
    ),
  );

  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(412)]);
});
