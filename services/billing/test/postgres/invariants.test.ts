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
