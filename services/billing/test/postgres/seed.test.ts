import { expect, test } from "@jest/globals";
import { seed } from "../../src/commands/seed/seed.ts";
import { seedTenants } from "../../src/commands/seed/tenants.ts";
import { verifyAudit } from "../../src/commands/verify-audit.ts";
import { verifyEveryTenant } from "../../src/commands/verify-every-tenant.ts";
import { verifyLedger } from "../../src/commands/verify-ledger.ts";
import { createBillingDatabase, query } from "../support/billing-database.ts";

function recording(isTTY: boolean) {
  const written: string[] = [];
  const write = (text: string | Uint8Array) => written.push(String(text)) > 0;
  return { written, isTTY, write };
}

test("the seed loads two believable tenants, whose books are sound, and does so once", async () => {
  await using database = await createBillingDatabase();
  const out = recording(false);

  await seed(database.appUrl, out, { customers: 5, invoices: 60 });

  const counted = await query(
    database.superuserUrl,
    `SELECT i.tenant_id, count(*)::int AS invoices, count(DISTINCT customer_id)::int AS customers,
       count(DISTINCT status)::int AS states, min(issued_on)::text AS first
     FROM invoice i GROUP BY 1 ORDER BY 1`,
  );
  expect(counted.map(({ tenant_id }) => tenant_id)).toEqual(
    seedTenants.map(({ tenant }) => tenant),
  );
  for (const { invoices, customers, states } of counted) {
    expect([invoices, customers]).toEqual([60, 5]);
    expect(states).toBeGreaterThanOrEqual(3);
  }
  const said: string[] = [];
  for (const verify of [verifyLedger, verifyAudit]) {
    expect(await verifyEveryTenant(database.ownerUrl, verify, (line) => said.push(line))).toBe(
      true,
    );
  }
  expect(said).toHaveLength(4);
  expect(out.written.at(-2)).toBe(`[${"█".repeat(25)}] 100 %\n`);
  expect(out.written.at(-1)).toBe("2 tenants, 10 customers, 120 invoices loaded\n");
  const disorder = await query(
    database.superuserUrl,
    `SELECT FROM event a JOIN event b ON b.tenant_id = a.tenant_id AND b.seq = a.seq + 1
     WHERE b.occurred_at < a.occurred_at`,
  );
  expect(disorder).toEqual([]);

  const again = recording(true);
  await seed(database.appUrl, again, { customers: 5, invoices: 60 });
  expect(again.written.join("")).toContain("0 tenants, 0 customers, 0 invoices loaded");
});
