import { sql } from "kysely";
import { currentTenant } from "../store/migrations/guard-table.ts";
import type { Books, Verdict } from "./verify-every-tenant.ts";

/**
 * Adds up a tenant's books once more, past everything that keeps them while they are written:
 * restored backups and hands at the console know no triggers.
 */
export async function verifyLedger(books: Books): Promise<Verdict> {
  const [count] = await rows<{ count: string }>(
    books,
    "SELECT count(*)::text AS count FROM invoice",
  );
  const faults: string[] = [];
  for (const [what, query] of Object.entries(checks)) {
    for (const { name } of await rows<{ name: string }>(books, query))
      faults.push(`${name}: ${what}`);
  }
  return { seen: `${count?.count} invoices`, faults };
}

/** Row-level security narrows all but the counters to the tenant; each check gives the names of what does not agree. */
async function rows<Row>(books: Books, query: string): Promise<Row[]> {
  return (await sql.raw<Row>(query).execute(books.sql)).rows;
}

const named = "coalesce(i.number, 'draft ' || i.id) AS name";

const sums = `SELECT coalesce(sum(amount), 0) AS due,
    count(*) FILTER (WHERE kind = 'charge') AS charges,
    coalesce(sum(amount) FILTER (WHERE kind = 'charge'), 0) AS charged,
    -coalesce(sum(amount) FILTER (WHERE kind IN ('payment', 'reversal')), 0) AS paid,
    -coalesce(sum(amount) FILTER (WHERE kind = 'credit'), 0) AS credited
  FROM ledger_entry e WHERE e.tenant_id = i.tenant_id AND e.invoice_id = i.id`;

const disagreeing = (condition: string) =>
  `SELECT ${named} FROM invoice i CROSS JOIN LATERAL (${sums}) l WHERE ${condition} ORDER BY i.id`;

const parts = (table: string, sum: string) =>
  `(SELECT coalesce(sum(${sum}), 0) FROM ${table} p
     WHERE p.tenant_id = i.tenant_id AND p.invoice_id = i.id)`;

const checks: Record<string, string> = {
  "its lines do not add up to its subtotal": `SELECT ${named} FROM invoice i
     WHERE i.subtotal <> ${parts("invoice_line", "amount")} ORDER BY i.id`,
  "its taxes do not add up to its tax": `SELECT ${named} FROM invoice i
     WHERE i.tax <> ${parts("invoice_tax", "amount")} OR i.total <> i.subtotal + i.tax ORDER BY i.id`,
  "what it says was paid is not what its ledger says": disagreeing("i.paid <> l.paid"),
  "what it says was credited is not what its ledger says": disagreeing("i.credited <> l.credited"),
  "its ledger does not charge its total once": disagreeing(
    "i.status <> 'draft' AND (l.charges <> 1 OR l.charged <> i.total)",
  ),
  "what is due does not fit its state": disagreeing(`l.due <> CASE
     WHEN i.status IN ('draft', 'void', 'paid') THEN 0 ELSE i.total - i.paid - i.credited END
     OR i.status NOT IN ('draft', 'void', 'paid') AND l.due <= 0`),
  "its tax split does not add up to the entry": `SELECT 'entry ' || e.id AS name FROM ledger_entry e
     WHERE e.kind IN ('charge', 'credit', 'void') AND e.amount <> (
       SELECT coalesce(sum((s->>'taxable')::bigint + (s->>'amount')::bigint), 0)
       FROM jsonb_array_elements(e.tax_split) s) ORDER BY e.id`,
  "more is reversed than was paid": `SELECT 'payment ' || p.id AS name FROM ledger_entry p
     JOIN ledger_entry r ON r.tenant_id = p.tenant_id AND r.reverses = p.id
     GROUP BY p.id, p.amount HAVING sum(r.amount) > -p.amount ORDER BY p.id`,
  "its numbers are not 1 to n": `SELECT 'series ' || c.series AS name FROM counter c
     LEFT JOIN invoice i ON i.tenant_id = c.tenant_id AND 'invoice:' || i.series = c.series
     WHERE c.tenant_id = ${currentTenant} AND c.series LIKE 'invoice:%' GROUP BY c.series, c.next_value
     HAVING count(i.seq) <> c.next_value - 1 OR coalesce(max(i.seq), 0) <> c.next_value - 1`,
  "its credit notes are not 1 to n": `SELECT 'series ' || c.series AS name FROM counter c
     LEFT JOIN ledger_entry e ON e.tenant_id = c.tenant_id AND e.number IS NOT NULL
     WHERE c.tenant_id = ${currentTenant} AND c.series LIKE 'credit-note:%' GROUP BY c.series, c.next_value
     HAVING count(e.number) <> c.next_value - 1`,
};
