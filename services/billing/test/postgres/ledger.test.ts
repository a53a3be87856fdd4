import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createCustomer, createOpen, paymentBody, reversalBody } from "../support/bodies.ts";
import {
  type BillingUnderTest,
  patiently,
  startBillingUnderTest,
  type TestCaller,
} from "../support/start-billing.ts";

let billing: BillingUnderTest;
let caller: TestCaller;
beforeAll(async () => {
  billing = await startBillingUnderTest({ now: () => new Date("2026-06-15T12:00:00Z") });
  caller = await billing.as();
});
afterAll(async () => {
  await billing[Symbol.asyncDispose]();
});

const pay = (id: string, amount: number, change: object = {}) =>
  caller.post(`/v1/invoices/${id}/payments`, paymentBody(amount, change));
const reverse = (id: string, entry: string, amount: number, change: object = {}) =>
  caller.post(`/v1/invoices/${id}/payments`, reversalBody(entry, amount, change));
const credit = (id: string, body: object) =>
  caller.post(`/v1/invoices/${id}/credit-notes`, { reason: "Late delivery", ...body });

async function typesOf(id: string): Promise<string[]> {
  const { json } = await caller.get(`/v1/events?entity_id=${id}`);
  return json.data.map(({ type }: { type: string }) => type);
}

describe("a payment", () => {
  test("settles an invoice in parts, and the last makes it paid", async () => {
    const id = await createOpen(caller);

    const first = await pay(id, 5_000, { reference: "wire-1" });
    expect(first.status).toBe(201);
    expect(first.headers.get("location")).toBe(`/v1/invoices/${id}`);
    expect(first.json).toMatchObject({
      entry: { kind: "payment", amount: -5_000, reference: "wire-1", method: "bank_transfer" },
      invoice: { status: "open", paid: { amount: 5_000 }, due: { amount: 7_000 } },
    });
    const last = await pay(id, 7_000);
    expect(last.json.invoice).toMatchObject({
      status: "paid",
      due: { amount: 0 },
      allowed_actions: ["record-reversal"],
    });
    expect(last.headers.get("etag")).toBe('"4"');
    expect(await typesOf(id)).toEqual([
      "invoice.created",
      "invoice.finalized",
      "payment.recorded",
      "payment.recorded",
      "invoice.paid",
    ]);
  });

  test("is refused beyond what is due, in another currency, of tomorrow, and on a draft", async () => {
    const id = await createOpen(caller);

    const tooMuch = await pay(id, 12_001);
    expect([tooMuch.status, tooMuch.json.code, tooMuch.json.due]).toEqual([
      409,
      "payment_exceeds_due",
      12_000,
    ]);
    const foreign = await pay(id, 1, { currency: "USD" });
    expect([foreign.status, foreign.json.code]).toEqual([422, "currency_mismatch"]);
    const early = await pay(id, 1, { received_on: "2026-06-16" });
    expect(early.json.errors).toMatchObject([{ pointer: "/received_on", code: "in_the_future" }]);
    await pay(id, 12_000);
    const again = await pay(id, 1);
    expect(again.json).toMatchObject({ code: "invalid_transition", invoice_status: "paid" });
  });

  test.each([
    [{ amount: 0 }, "/amount", "too_small"],
    [{ amount: -1 }, "/amount", "too_small"],
    [{ amount: 12.5 }, "/amount", "wrong_type"],
    [{ amount: "12" }, "/amount", "wrong_type"],
    [{ amount: 2 ** 53 }, "/amount", "too_big"],
    [{ kind: "gift" }, "/kind", "not_a_choice"],
    [{ method: "barter" }, "/method", "not_a_choice"],
    [{ reverses: "x" }, "/reverses", "unknown"],
    [{ received_on: "2026-02-30" }, "/received_on", "invalid"],
    [{ reference: null }, "/reference", "required"],
  ])("that says %j is refused: %s is %s", async (change, pointer, code) => {
    const answer = await pay(await createOpen(caller), 1, change);
    expect(answer.status).toBe(422);
    expect(answer.json.errors).toContainEqual(expect.objectContaining({ pointer, code }));
  });

  test("has a reference once, and the refusal names who has it", async () => {
    const [one, other] = [await createOpen(caller), await createOpen(caller)];
    const first = await pay(one, 100, { reference: "wire-2" });

    const second = await pay(other, 100, { reference: "wire-2" });

    expect(second.status).toBe(409);
    expect(second.json).toMatchObject({
      code: "duplicate_reference",
      existing_id: first.json.entry.id,
      existing_invoice_id: one,
    });
    expect((await caller.get(`/v1/invoices/${other}`)).json.paid.amount).toBe(0);
  });

  test("of a person needs no reference", async () => {
    const person = { sub: "usr_x", client_id: "app", token_use: "user", roles: ["clerk"] };
    const at = `/v1/invoices/${await createOpen(caller)}/payments`;
    const body = paymentBody(100, { reference: null });
    expect((await (await billing.as(person)).post(at, body)).status).toBe(201);
  });
});

test("two half payments at once both count, and of twenty full ones a single one does", async () => {
  const [halves, full] = [await createOpen(caller), await createOpen(caller)];

  const both = await Promise.all([pay(halves, 6_000), pay(halves, 6_000)]);
  const many = await Promise.all(
    Array.from({ length: 20 }, () => patiently(() => pay(full, 12_000))),
  );

  expect(both.map(({ status }) => status)).toEqual([201, 201]);
  expect((await caller.get(`/v1/invoices/${halves}`)).json.status).toBe("paid");
  expect(many.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(409)]);
  expect((await caller.get(`/v1/invoices/${full}`)).json.paid.amount).toBe(12_000);
});

describe("a reversal", () => {
  test("opens a paid invoice again, for as much as it takes back", async () => {
    const id = await createOpen(caller);
    const paid = await pay(id, 12_000);

    const part = await reverse(id, paid.json.entry.id, 2_000);
    expect(part.status).toBe(201);
    expect(part.json.invoice).toMatchObject({ status: "open", due: { amount: 2_000 } });
    const tooMuch = await reverse(id, paid.json.entry.id, 10_001);
    expect(tooMuch.json).toMatchObject({ code: "reversal_exceeds_payment", reversible: 10_000 });
    const rest = await reverse(id, paid.json.entry.id, 10_000, { reason: "Bounced" });
    expect(rest.json).toMatchObject({
      entry: { reverses: paid.json.entry.id, reason: "Bounced" },
      invoice: { paid: { amount: 0 }, due: { amount: 12_000 } },
    });
    expect((await typesOf(id)).slice(-3)).toEqual([
      "payment.reversed",
      "invoice.reopened",
      "payment.reversed",
    ]);
    expect(rest.json.invoice.allowed_actions).toContain("void");
  });

  test("is refused for what is no payment of this invoice", async () => {
    const [id, other] = [await createOpen(caller), await createOpen(caller)];
    const foreign = await pay(other, 100);
    await pay(id, 100);
    const charge = (await caller.get(`/v1/invoices/${id}`)).json.ledger[0].id;

    for (const entry of [foreign.json.entry.id, charge, id]) {
      const answer = await reverse(id, entry, 1);
      expect(answer.json.errors).toMatchObject([{ pointer: "/reverses", code: "not_found" }]);
    }
  });

  test("happens once, however many ask", async () => {
    const id = await createOpen(caller);
    const paid = await pay(id, 12_000);

    const answers = await Promise.all(
      Array.from({ length: 10 }, () => patiently(() => reverse(id, paid.json.entry.id, 12_000))),
    );

    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)]);
  });
});

describe("a credit note", () => {
  test("forgives a part, with its tax by rate, under a number of its own", async () => {
    const id = await createOpen(caller, {
      customer_id: await createCustomer(caller),
      currency: "EUR",
      lines: [
        { description: "Consulting", unit_amount: 10_000, tax_rate_ppm: 200_000 },
        { description: "Book", unit_amount: 1_000, tax_rate_ppm: 70_000 },
      ],
    });

    const first = await credit(id, { amount: 1_307 });
    expect(first.status).toBe(201);
    expect(first.json).toMatchObject({
      entry: { kind: "credit", amount: -1_307, number: "CN-000001", reason: "Late delivery" },
      invoice: { status: "open", credited: { amount: 1_307 }, due: { amount: 11_763 } },
    });
    const rest = await credit(id, { full: true });
    expect(rest.json).toMatchObject({
      entry: { number: "CN-000002", amount: -11_763 },
      invoice: { status: "paid", due: { amount: 0 }, allowed_actions: [] },
    });

    const totals = new Map<number, [number, number]>();
    for (const { tax_split } of rest.json.invoice.ledger) {
      for (const { rate_ppm, taxable, amount } of tax_split) {
        const [net, tax] = totals.get(rate_ppm) ?? [0, 0];
        totals.set(rate_ppm, [net + taxable, tax + amount]);
      }
    }
    expect([...totals.values()]).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  test("is refused beyond what is due, on what is paid, and without saying how much", async () => {
    const id = await createOpen(caller);
    await pay(id, 6_000);

    const tooMuch = await credit(id, { amount: 6_001 });
    expect(tooMuch.json).toMatchObject({ code: "credit_exceeds_due", due: 6_000 });
    for (const body of [{}, { full: true, amount: 1 }]) {
      const answer = await credit(id, body);
      expect(answer.json.errors).toMatchObject([{ pointer: "/amount", code: "one_of" }]);
    }
    await credit(id, { full: true });
    const again = await credit(id, { full: true });
    expect(again.json).toMatchObject({ code: "invalid_transition", invoice_status: "paid" });
  });

  test("numbers are without a gap, whoever asks at once and whoever is refused", async () => {
    const tenant = await billing.as({ tenant: "01920000-0000-7000-8000-0000000000c1" });
    const id = await createOpen(tenant);

    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => {
        const amount = index % 2 === 0 ? 100 : 90_000;
        const body = { amount, reason: "x" };
        return patiently(() => tenant.post(`/v1/invoices/${id}/credit-notes`, body));
      }),
    );

    const numbers = answers
      .filter(({ status }) => status === 201)
      .map(({ json }) => json.entry.number);
    expect(numbers.sort()).toEqual(
      Array.from({ length: 10 }, (_, index) => `CN-${String(index + 1).padStart(6, "0")}`),
    );
  });
});
