import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { query } from "../support/billing-database.ts";
import { createCustomer, createDraft, finalize, settingsBody } from "../support/bodies.ts";
import {
  type BillingUnderTest,
  startBillingUnderTest,
  type TestCaller,
  tenantA,
} from "../support/start-billing.ts";

let now = new Date("2026-06-15T12:00:00Z");
let billing: BillingUnderTest;
let caller: TestCaller;

beforeAll(async () => {
  billing = await startBillingUnderTest({ now: () => now });
  caller = await billing.as();
  // A hundred that share one millisecond: nothing but the id tells them apart.
  await query(
    billing.database.superuserUrl,
    `INSERT INTO customer (tenant_id, id, name, email, version, created_at, updated_at)
     SELECT '${tenantA}', ('01920000-0000-7000-8000-' || lpad(to_hex(n * 7919 % 65536), 12, '0'))::uuid,
       'Bulk ' || n, 'bulk' || n || '@example.com', 1, '2026-01-01', '2026-01-01'
     FROM generate_series(1, 100) n`,
  );
});
afterAll(async () => {
  await billing[Symbol.asyncDispose]();
});

async function walk(path: string, between: () => Promise<unknown> = async () => {}) {
  const seen: string[] = [];
  let next: string | null = "";
  while (next !== null) {
    const cursor: string = next === "" ? "" : `&cursor=${next}`;
    const page = await caller.get(path + cursor);
    expect(page.status).toBe(200);
    seen.push(...page.json.data.map(({ id }: { id: string }) => id));
    next = page.json.next_cursor;
    expect(page.json.has_more).toBe(next !== null);
    await between();
  }
  return seen;
}

test.each([1, 7, 10, 100, 1_000])("pages of %i give every row once, in order", async (limit) => {
  const seen = await walk(`/v1/customers?q=Bulk&limit=${limit}`);

  expect(seen).toHaveLength(100);
  expect(seen).toEqual([...new Set(seen)].sort().reverse());
});

test("rows that arrive between pages disturb none that were there", async () => {
  const seen = await walk("/v1/customers?q=Bulk&limit=10", () =>
    createCustomer(caller, { name: "Bulk newcomer" }),
  );

  expect(seen).toHaveLength(100);
});

test("a limit beyond 100 is lowered, and without one there are 25", async () => {
  expect((await caller.get("/v1/customers?limit=5000")).json.data).toHaveLength(100);
  expect((await caller.get("/v1/customers")).json.data).toHaveLength(25);
});

test("a cursor is good for its own filters alone, and for any page size", async () => {
  const first = await caller.get("/v1/customers?q=Bulk&limit=5");
  const cursor = first.json.next_cursor;

  const others = await caller.get(`/v1/customers?q=Else&cursor=${cursor}`);
  const elsewhere = await caller.get(`/v1/invoices?cursor=${cursor}`);
  const larger = await caller.get(`/v1/customers?q=Bulk&limit=50&cursor=${cursor}`);

  expect([others.json.code, elsewhere.json.code]).toEqual(["cursor_invalid", "cursor_invalid"]);
  expect(larger.json.data).toHaveLength(50);
});

test("the link to the next page leads there", async () => {
  const first = await caller.get("/v1/customers?q=Bulk&limit=60");
  const link = /^<(.+)>; rel="next"$/.exec(first.headers.get("link") ?? "")?.[1] as string;

  const second = await caller.get(link);

  expect(second.json.data.length).toBeGreaterThanOrEqual(40);
  expect(second.json.data[0].id < first.json.data[59].id).toBe(true);
});

test("a search takes what it is given by the letter", async () => {
  await createCustomer(caller, { name: "100 % Wool_Ltd" });

  const found = async (q: string) =>
    (await caller.get(`/v1/customers?q=${encodeURIComponent(q)}`)).json.data.length;
  expect(await found("% wool_")).toBe(1);
  expect(await found("%")).toBe(1);
  expect(await found("_")).toBe(1);
  expect(await found("\\")).toBe(0);
});

test("several states are one list, walked in order and without a repeat", async () => {
  const tenant = await billing.as({ tenant: "01920000-0000-7000-8000-00000000000d" });
  const customer_id = await createCustomer(tenant);
  const ids: string[] = [];
  for (let index = 0; index < 9; index += 1) {
    const id = await createDraft(tenant, { customer_id });
    if (index % 3 !== 0) await finalize(tenant, id);
    ids.push(id);
  }

  const walked: string[] = [];
  for (let path: string | undefined = "?limit=2&status=draft&status=open&status=draft"; path; ) {
    const { json } = await tenant.get(`/v1/invoices${path}`);
    walked.push(...json.data.map(({ id }: { id: string }) => id));
    const next = `?limit=2&status=draft&status=open&status=draft&cursor=${json.next_cursor}`;
    path = json.has_more ? next : undefined;
  }

  expect(walked).toEqual(ids.sort().reverse());
});

test("invoices are found by what they are, and overdue by the tenant's own midnight", async () => {
  const tenant = await billing.as({ tenant: "01920000-0000-7000-8000-00000000000c" });
  const settings = { ...settingsBody, timezone: "Pacific/Auckland", payment_terms_days: 1 };
  await tenant.put("/v1/settings", settings, { "if-match": '"0"' });
  const id = await createDraft(tenant);
  await createDraft(tenant);
  const open = await finalize(tenant, id);
  expect(open.json).toMatchObject({ issued_on: "2026-06-16", due_on: "2026-06-17" });

  const ids = async (filter: string) =>
    (await tenant.get(`/v1/invoices?${filter}`)).json.data.map((each: { id: string }) => each.id);
  for (const filter of [
    "status=open",
    "status=open&status=void",
    `customer_id=${open.json.customer_id}`,
    `number=${open.json.number}`,
    "issued_on[gte]=2026-06-16&issued_on[lte]=2026-06-16",
    "due_before=2026-06-18",
  ]) {
    expect(await ids(filter)).toEqual([id]);
  }
  expect(await ids("issued_on[gte]=2026-06-17")).toEqual([]);
  expect(await ids("due_before=2026-06-17")).toEqual([]);
  expect(await ids("currency=EUR")).toHaveLength(2);
  expect(await ids("overdue=true")).toEqual([]);

  now = new Date("2026-06-17T11:59:00Z"); // a minute before midnight in Auckland
  const before = await billing.as({ tenant: "01920000-0000-7000-8000-00000000000c" });
  expect((await before.get("/v1/invoices?overdue=true")).json.data).toEqual([]);
  now = new Date("2026-06-17T12:01:00Z");
  const after = await before.get("/v1/invoices?overdue=true");
  expect(after.json.data).toMatchObject([{ id, overdue: true }]);
  expect((await before.get("/v1/invoices?overdue=false")).json.data).toHaveLength(1);
});
