import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createCustomer, createDraft, finalize, settingsBody } from "../support/bodies.ts";
import { type BillingUnderTest, startBillingUnderTest, tenantB } from "../support/start-billing.ts";

let billing: BillingUnderTest;
beforeAll(async () => {
  billing = await startBillingUnderTest();
});
afterAll(async () => {
  await billing[Symbol.asyncDispose]();
});

test("a new tenant has no invoices", async () => {
  const caller = await billing.as({ tenant: tenantB });

  const answer = await caller.get("/v1/invoices");

  expect(answer.status).toBe(200);
  expect(answer.json).toEqual({ data: [], next_cursor: null, has_more: false });
});

test("an invoice goes from draft to open, with its totals, number and ledger", async () => {
  const caller = await billing.as();
  const customer = await caller.post("/v1/customers", {
    name: "Ada Lovelace",
    email: "ada@example.com",
    address: "1 Engine Row\nLondon",
  });
  expect(customer.status).toBe(201);
  expect(customer.headers.get("location")).toBe(`/v1/customers/${customer.json.id}`);

  const draft = await caller.post("/v1/invoices", {
    customer_id: customer.json.id,
    currency: "EUR",
    lines: [
      { description: "Consulting", quantity: "1.5", unit_amount: 10_001, tax_rate_ppm: 200_000 },
      { description: "Book", unit_amount: 1_000, tax_rate_ppm: 70_000 },
    ],
  });
  expect(draft.status).toBe(201);
  expect(draft.json).toMatchObject({
    status: "draft",
    number: null,
    subtotal: { amount: 16_002, currency: "EUR" },
    tax: { amount: 3_070, currency: "EUR" },
    total: { amount: 19_072, currency: "EUR" },
    due: { amount: 0, currency: "EUR" },
    lines: [
      { quantity: "1.5", amount: 15_002 },
      { quantity: "1", amount: 1_000 },
    ],
    taxes: [
      { rate_ppm: 70_000, taxable: 1_000, amount: 70 },
      { rate_ppm: 200_000, taxable: 15_002, amount: 3_000 },
    ],
    allowed_actions: ["update", "delete", "finalize"],
    ledger: [],
  });

  const open = await finalize(caller, draft.json.id);
  expect(open.status).toBe(200);
  expect(open.headers.get("etag")).toBe('"2"');
  expect(open.json).toMatchObject({
    status: "open",
    number: "INV-000001",
    due: { amount: 19_072, currency: "EUR" },
    buyer: { name: "Ada Lovelace", address: "1 Engine Row\nLondon" },
    ledger: [{ kind: "charge", amount: 19_072 }],
  });

  const read = await caller.get(`/v1/invoices/${draft.json.id}`);
  expect(read.json).toEqual(open.json);
  const list = await caller.get("/v1/invoices?status=open&status=paid");
  expect(list.json.data).toMatchObject([{ id: draft.json.id, number: "INV-000001" }]);
});

test("an invoice of nothing is paid as soon as it is finalized", async () => {
  const caller = await billing.as();
  const lines = [{ description: "Free", unit_amount: 0 }];
  const id = await createDraft(caller, {
    customer_id: await createCustomer(caller),
    currency: "EUR",
    lines,
  });

  const paid = await finalize(caller, id);

  expect(paid.json).toMatchObject({ status: "paid", allowed_actions: [] });
});

test("a finalized invoice cannot be finalized again", async () => {
  const caller = await billing.as();
  const id = await createDraft(caller);
  await finalize(caller, id);

  const again = await finalize(caller, id, { "if-match": '"2"' });

  expect(again.status).toBe(409);
  expect(again.json).toMatchObject({ code: "invalid_transition", invoice_status: "open" });
  expect(again.json.allowed).toContain("void");
});

test("settings have defaults, are replaced by who saw them, and shape the next invoice", async () => {
  const caller = await billing.as({ tenant: tenantB });
  const before = await caller.get("/v1/settings");
  expect(before.headers.get("etag")).toBe('"0"');
  expect(before.json).toMatchObject({ currency: "EUR", timezone: "UTC", number_prefix: "INV-" });

  const unseen = await caller.put("/v1/settings", settingsBody);
  expect([unseen.status, unseen.json.code]).toEqual([428, "if_match_missing"]);
  const written = await caller.put("/v1/settings", settingsBody, { "if-match": '"0"' });
  expect([written.status, written.headers.get("etag")]).toEqual([200, '"1"']);
  const stale = await caller.put("/v1/settings", settingsBody, { "if-match": '"0"' });
  expect([stale.status, stale.json.code]).toEqual([412, "version_mismatch"]);

  const invoice = await finalize(caller, await createDraft(caller));
  expect(invoice.json).toMatchObject({
    number: "AE-000001",
    seller: { name: "Analytical Engines Ltd", tax_id: "GB123456789", timezone: "Europe/London" },
  });
});

test("a customer that did not change is not sent again", async () => {
  const caller = await billing.as();
  const id = await createCustomer(caller);
  const first = await caller.get(`/v1/customers/${id}`);

  const second = await caller.get(`/v1/customers/${id}`, {
    "if-none-match": first.headers.get("etag") as string,
  });

  expect([second.status, second.text]).toEqual([304, ""]);
});

test("an external_id is taken once a tenant, and the refusal names who has it", async () => {
  const caller = await billing.as();
  const id = await createCustomer(caller, { external_id: "crm-1" });

  const again = await caller.post("/v1/customers", {
    name: "Another",
    email: "another@example.com",
    external_id: "crm-1",
  });

  expect(again.status).toBe(409);
  expect(again.json).toMatchObject({ code: "duplicate_external_id", existing_id: id });
  const other = await billing.as({ tenant: tenantB });
  await createCustomer(other, { external_id: "crm-1" });
});

test("addresses carry the prefix under which the gateway publishes billing", async () => {
  const caller = await billing.as();
  const behindGateway = { "x-forwarded-prefix": "/billing" };
  const body = { name: "Ada", email: "ada@example.com" };

  const created = await caller.post("/v1/customers", body, behindGateway);
  const missing = await caller.get("/v1/customers/none", behindGateway);
  await createCustomer(caller);
  const page = await caller.get("/v1/customers?limit=1", behindGateway);
  const forged = await caller.get("/v1/customers?limit=1", { "x-forwarded-prefix": "//evil.test" });

  expect(created.headers.get("location")).toBe(`/billing/v1/customers/${created.json.id}`);
  expect(missing.json.instance).toBe("/billing/v1/customers/none");
  const cursor = page.json.next_cursor;
  expect(page.headers.get("link")).toBe(
    `</billing/v1/customers?limit=1&cursor=${cursor}>; rel="next"`,
  );
  expect(forged.headers.get("link")).toMatch(/^<\/v1\/customers\?/);
});
