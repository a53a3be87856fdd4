import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Event, genesis, hashEvent } from "../../src/domain/event.ts";
import { query } from "../support/billing-database.ts";
import { createDraft, finalize } from "../support/bodies.ts";
import { type BillingUnderTest, startBillingUnderTest, tenantA } from "../support/start-billing.ts";

let billing: BillingUnderTest;
let draft: string;
let open: string;

beforeAll(async () => {
  billing = await startBillingUnderTest();
  const caller = await billing.as();
  draft = await createDraft(caller);
  open = await createDraft(caller);
  await finalize(caller, open);
});
afterAll(async () => {
  await billing[Symbol.asyncDispose]();
});

const become = [
  "BEGIN",
  `SET LOCAL app.tenant_id = '${tenantA}'`,
  "SET LOCAL app.access = 'staff'",
];

/** As billing itself could write it, if it had a bug. */
const tamper = (...statements: string[]) =>
  query(billing.database.appUrl, ...become, ...statements, "COMMIT");

const line = (invoice: string, amount: number) => `INSERT INTO invoice_line VALUES
  ('${tenantA}', '${invoice}', 9, 'stray', 1, ${amount}, 0, ${amount})`;

describe("a draft's totals", () => {
  test("do not survive a stray line", async () => {
    await expect(tamper(line(draft, 100))).rejects.toMatchObject({
      constraint: "invoice_totals_agree",
    });
  });

  test("do not survive a line that is gone", async () => {
    await expect(
      tamper(`DELETE FROM invoice_line WHERE invoice_id = '${draft}'`),
    ).rejects.toMatchObject({ constraint: "invoice_totals_agree" });
  });

  test.each([
    ["subtotal = subtotal + 1, total = total + 1", "invoice_totals_agree"],
    ["total = total + 1", "invoice_total_is_sum"],
    ["number = 'INV-9'", "invoice_numbered_unless_draft"],
    ["status = 'open'", "invoice_numbered_unless_draft"],
    ["paid = total + 1", "invoice_due_not_negative"],
  ])("refuse %s", async (change, constraint) => {
    await expect(
      tamper(`UPDATE invoice SET ${change} WHERE id = '${draft}'`),
    ).rejects.toMatchObject({ constraint });
  });

  test("refuse a line whose amount is not its product", async () => {
    const wrong = `INSERT INTO invoice_line VALUES
      ('${tenantA}', '${draft}', 9, 'x', 1.5, 3, 0, 4)`;
    await expect(tamper(wrong)).rejects.toMatchObject({
      constraint: "invoice_line_amount_is_product",
    });
  });
});

describe("a finalized invoice", () => {
  test.each([
    "UPDATE invoice SET due_on = due_on + 1",
    "UPDATE invoice SET buyer_snapshot = '{}'",
    "UPDATE invoice SET status = 'draft', number = NULL, series = NULL, seq = NULL, issued_on = NULL, due_on = NULL, seller_snapshot = NULL, buyer_snapshot = NULL",
    "DELETE FROM invoice",
  ])("refuses %s", async (change) => {
    await expect(tamper(`${change} WHERE id = '${open}'`)).rejects.toMatchObject({ code: "42501" });
  });

  test("refuses another line and the loss of one", async () => {
    await expect(tamper(line(open, 0))).rejects.toMatchObject({ code: "42501" });
    await expect(
      tamper(`DELETE FROM invoice_line WHERE invoice_id = '${open}'`),
    ).rejects.toMatchObject({ code: "42501" });
  });

  test("is paid when nothing is due, and never otherwise", async () => {
    for (const change of ["status = 'paid'", "paid = total"]) {
      await expect(
        tamper(`UPDATE invoice SET ${change} WHERE id = '${open}'`),
      ).rejects.toMatchObject({ constraint: "invoice_paid_when_settled" });
    }
  });
});

describe("the ledger of an invoice", () => {
  const entry = (kind: string, amount: number, more: { reverses?: string; number?: string } = {}) =>
    `INSERT INTO ledger_entry (tenant_id, id, invoice_id, kind, amount, tax_split, reverses, number,
       occurred_on, actor, created_at)
     VALUES ('${tenantA}', '${randomUUID()}', '${open}', '${kind}', ${amount}, '[]',
       ${more.reverses ? `'${more.reverses}'` : "NULL"}, ${more.number ? `'${more.number}'` : "NULL"},
       '2026-01-01', 'x', now())`;
  const change = (set: string) => `UPDATE invoice SET ${set} WHERE id = '${open}'`;

  test.each([
    ["a payment that the invoice does not know", () => entry("payment", -1)],
    ["a credit that it does not know", () => entry("credit", -1, { number: "CN-9" })],
    ["a second charge", () => entry("charge", 1)],
    ["a void entry on what is not void", () => entry("void", -1)],
    ["paid without a payment", () => change("paid = 1")],
    ["credited without a credit", () => change("credited = 1")],
    ["all of it paid without a payment", () => change("paid = total, status = 'paid'")],
    ["void without its entry", () => change("status = 'void'")],
  ])("refuses %s", async (_name, statement) => {
    await expect(tamper(statement())).rejects.toMatchObject({ constraint: "ledger_agrees" });
  });

  test("refuses to reverse more than was paid, or what is no payment of it", async () => {
    const [charge] = await query(
      billing.database.superuserUrl,
      `SELECT id FROM ledger_entry WHERE invoice_id = '${open}' AND kind = 'charge'`,
    );
    const payment = `INSERT INTO ledger_entry (tenant_id, id, invoice_id, kind, amount, tax_split,
        occurred_on, actor, created_at) VALUES ('${tenantA}', '${draft}', '${open}', 'payment', -5,
        '[]', '2026-01-01', 'x', now())`;
    for (const reverses of [charge?.id, draft]) {
      const statements = [payment, entry("reversal", 6, { reverses }), change("paid = 0")];
      await expect(tamper(...statements, change("version = version + 1"))).rejects.toMatchObject({
        constraint: expect.stringMatching(/^ledger_(?:agrees|reversals_covered)$/),
      });
    }
    const foreign = [payment, entry("reversal", 5, { reverses: charge?.id }), change("paid = 0")];
    await expect(tamper(...foreign)).rejects.toMatchObject({
      constraint: "ledger_reversals_covered",
    });
  });

  test.each([
    ["payment", 1],
    ["payment", 0],
    ["credit", 1],
    ["reversal", -1],
    ["void", 1],
    ["charge", -1],
    ["gift", 1],
  ])("refuses a %s of %i", async (kind, amount) => {
    const more = { ...(kind === "credit" ? { number: "CN-9" } : {}) };
    await expect(tamper(entry(kind, amount, more))).rejects.toMatchObject({ code: "23514" });
  });
});

describe("ledger and events", () => {
  const changes = ["ledger_entry", "event"].flatMap((table) => [
    `UPDATE ${table} SET tenant_id = tenant_id, ${table === "event" ? "type = 'x'" : "amount = 1"}`,
    `DELETE FROM ${table}`,
    `TRUNCATE ${table} CASCADE`,
  ]);

  test.each(changes)("refuse %s, to billing and to the owner", async (change) => {
    await expect(tamper(change)).rejects.toMatchObject({ code: "42501" });
    const asOwner = query(billing.database.ownerUrl, ...become, change);
    await expect(asOwner).rejects.toMatchObject({ code: "42501" });
  });

  test("let a delivery be noted by the owner", async () => {
    await query(
      billing.database.ownerUrl,
      ...become,
      "UPDATE event SET attempts = attempts + 1, next_attempt_at = now()",
      "COMMIT",
    );
  });

  test("form a chain that can be recomputed from what is stored", async () => {
    const rows = await query(
      billing.database.superuserUrl,
      "SELECT * FROM event ORDER BY tenant_id, seq",
    );

    let previous = genesis;
    for (const row of rows) {
      const { prev_hash, hash, delivered_at, attempts, next_attempt_at, ...stored } = row;
      const event = {
        ...stored,
        seq: BigInt(stored.seq),
        occurred_at: stored.occurred_at.toISOString(),
      } as Event;
      expect(hashEvent(previous, event)).toBe(hash);
      previous = hash;
    }
    expect(rows.map(({ type }) => type)).toEqual([
      "customer.created",
      "invoice.created",
      "customer.created",
      "invoice.created",
      "invoice.finalized",
    ]);
  });
});
