import type { Migration } from "kysely/migration";
import { run } from "./guard-table.ts";

/** What an invoice says was paid and credited is what its ledger adds up to, or nothing commits. */
export function ledgerAgreement(): Migration {
  return {
    async up(db) {
      await run(db, [checkLedger, ...watchLedger, tenantsForOwner]);
    },
  };
}

/** Looked at when the transaction commits: by then the entry and the invoice must agree. */
const checkLedger = `
  CREATE FUNCTION check_ledger_agrees() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    changed jsonb := to_jsonb(NEW);
    tenant uuid := changed->>'tenant_id';
    wanted uuid := coalesce(changed->>'invoice_id', changed->>'id');
    found_invoice invoice;
    ledger record;
  BEGIN
    SELECT * INTO found_invoice FROM invoice i WHERE i.tenant_id = tenant AND i.id = wanted;
    IF NOT FOUND THEN RETURN NULL; END IF;
    SELECT coalesce(sum(amount), 0) AS due,
      coalesce(sum(amount) FILTER (WHERE kind = 'charge'), 0) AS charged,
      count(*) FILTER (WHERE kind = 'charge') AS charges,
      -coalesce(sum(amount) FILTER (WHERE kind IN ('payment', 'reversal')), 0) AS paid,
      -coalesce(sum(amount) FILTER (WHERE kind = 'credit'), 0) AS credited,
      -coalesce(sum(amount) FILTER (WHERE kind = 'void'), 0) AS voided
    INTO ledger FROM ledger_entry e WHERE e.tenant_id = tenant AND e.invoice_id = wanted;
    IF ledger.paid <> found_invoice.paid OR ledger.credited <> found_invoice.credited
      OR ledger.charges <> (CASE found_invoice.status WHEN 'draft' THEN 0 ELSE 1 END)
      OR ledger.charged <> (CASE found_invoice.status WHEN 'draft' THEN 0 ELSE found_invoice.total END)
      OR ledger.voided <> (CASE found_invoice.status WHEN 'void' THEN found_invoice.total ELSE 0 END)
      OR ledger.due < 0
    THEN
      RAISE EXCEPTION 'ledger and invoice do not agree'
        USING ERRCODE = '23514', CONSTRAINT = 'ledger_agrees', TABLE = 'ledger_entry';
    END IF;
    IF EXISTS (
      SELECT FROM ledger_entry r
        LEFT JOIN ledger_entry p ON p.tenant_id = r.tenant_id AND p.id = r.reverses
          AND p.invoice_id = r.invoice_id AND p.kind = 'payment'
        WHERE r.tenant_id = tenant AND r.invoice_id = wanted AND r.kind = 'reversal'
        GROUP BY r.reverses HAVING sum(r.amount) > coalesce(-min(p.amount), 0))
    THEN
      RAISE EXCEPTION 'more is reversed than was paid'
        USING ERRCODE = '23514', CONSTRAINT = 'ledger_reversals_covered', TABLE = 'ledger_entry';
    END IF;
    RETURN NULL;
  END $$`;

const watchLedger = ["invoice", "ledger_entry"].map(
  (table) => `
  CREATE CONSTRAINT TRIGGER ledger_agrees
    AFTER INSERT${table === "invoice" ? " OR UPDATE" : ""} ON ${table}
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_ledger_agrees()`,
);

/**
 * The owner may see which tenants there are, so that the books of each can be verified; what is in
 * them it sees as anybody does, one tenant at a time.
 */
const tenantsForOwner = `
  CREATE POLICY counter_tenants ON counter FOR SELECT TO CURRENT_USER USING (true)`;
