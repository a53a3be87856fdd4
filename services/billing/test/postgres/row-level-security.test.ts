import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { query } from "../support/billing-database.ts";
import { createCustomer, createDraft, createOpen, settingsBody } from "../support/bodies.ts";
import {
  type BillingUnderTest,
  startBillingUnderTest,
  tenantA,
  tenantB,
} from "../support/start-billing.ts";

// Billing asks for its caller's rows only; here the database is asked by somebody who does not.
let billing: BillingUnderTest;
const ids = { customer: "", open: "" };

beforeAll(async () => {
  billing = await startBillingUnderTest();
  const alice = await billing.as();
  await alice.put("/v1/settings", settingsBody, { "if-match": '"0"' });
  ids.customer = await createCustomer(alice, { owner_sub: "usr_ada" });
  ids.open = await createOpen(alice, { customer_id: ids.customer });
  await createDraft(alice, { customer_id: ids.customer });
});
afterAll(async () => {
  await billing[Symbol.asyncDispose]();
});

const as = (settings: Record<string, string>, ...statements: string[]) =>
  query(
    billing.database.appUrl,
    "BEGIN",
    ...Object.entries(settings).map(([name, value]) => `SET LOCAL app.${name} = '${value}'`),
    ...statements,
  );
const staff = (tenant: string) => ({ tenant_id: tenant, access: "staff" });
const tables = [
  ...["settings", "customer", "invoice", "invoice_line", "invoice_tax", "ledger_entry"],
  ...["counter", "event", "idempotency_key"],
];

test("the database by itself shows nothing when no tenant is set, or none that has rows", async () => {
  for (const table of tables) {
    const all = `SELECT * FROM ${table}`;
    expect(await as({}, all)).toEqual([]);
    expect(await as({ tenant_id: "", access: "staff" }, all)).toEqual([]);
    expect(await as({ tenant_id: tenantA }, all)).toEqual([]);
    expect(await as({ tenant_id: tenantA, access: "root" }, all)).toEqual([]);
    expect(await as(staff(tenantB), all)).toEqual([]);
    expect(await as(staff(tenantA), all)).not.toEqual([]);
  }
});

test("the database by itself shows an end user own rows alone, and lets nothing be written", async () => {
  const self = (sub: string) => ({ tenant_id: tenantA, access: "self", sub });

  expect(await as(self("usr_ada"), "SELECT id FROM invoice")).toEqual([{ id: ids.open }]);
  expect(await as(self("usr_ada"), "SELECT invoice_id FROM invoice_line")).toEqual([
    { invoice_id: ids.open },
  ]);
  expect(await as(self("usr_eve"), "SELECT id FROM customer")).toEqual([]);
  expect(await as(self(""), "SELECT id FROM customer")).toEqual([]);
  expect(await as(self("usr_ada"), "SELECT * FROM event")).toEqual([]);
  expect(await as(self("usr_ada"), "UPDATE customer SET name = 'x' RETURNING id")).toEqual([]);
});

test("the database by itself does not let a row into another tenant", async () => {
  const insert = `INSERT INTO customer (tenant_id, id, name, email, version, created_at, updated_at)
    VALUES ('${tenantB}', '${randomUUID()}', 'x', 'x', 1, now(), now())`;
  const move = `UPDATE customer SET tenant_id = '${tenantB}'`;
  for (const statement of [insert, move]) {
    await expect(as(staff(tenantA), statement)).rejects.toThrow(/row-level security/);
  }
});

test("the database by itself does not let a row refer to another tenant's", async () => {
  const steal = `INSERT INTO invoice (tenant_id, id, customer_id, status, currency, subtotal, tax,
    total, created_by, version, created_at, updated_at) VALUES ('${tenantB}', '${randomUUID()}',
    '${ids.customer}', 'draft', 'EUR', 0, 0, 0, 'x', 1, now(), now())`;

  await expect(as(staff(tenantB), steal)).rejects.toMatchObject({
    constraint: "invoice_customer_fkey",
  });
});

test("the database by itself cannot be talked out of it by the role that billing logs in as", async () => {
  for (const attempt of [
    "SET ROLE postgres",
    "SET ROLE billing_owner",
    "SET SESSION AUTHORIZATION postgres",
    "ALTER TABLE invoice NO FORCE ROW LEVEL SECURITY",
    "ALTER TABLE invoice DISABLE ROW LEVEL SECURITY",
    "CREATE POLICY open ON invoice USING (true)",
    "CREATE TABLE mine (x int)",
    "ALTER TABLE event DISABLE TRIGGER ALL",
  ]) {
    await expect(as(staff(tenantA), attempt)).rejects.toMatchObject({ code: "42501" });
  }
  const leak = "SET row_security = off";
  await expect(as({}, leak, "SELECT * FROM invoice")).rejects.toThrow(/row-level security/);
});

test("the database by itself has every table keyed by tenant first, every foreign key with it, and all forced", async () => {
  const catalog = await query(
    billing.database.superuserUrl,
    `SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AS forced,
       k.contype, k.conname, (SELECT attname FROM pg_attribute
         WHERE attrelid = c.oid AND attnum = k.conkey[1]) AS first
     FROM pg_class c JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype IN ('p', 'f', 'u')
     WHERE c.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE 'kysely%'`,
  );

  expect(new Set(catalog.map(({ relname }) => relname))).toEqual(new Set(tables));
  for (const row of catalog) expect(row).toMatchObject({ forced: true, first: "tenant_id" });
});
