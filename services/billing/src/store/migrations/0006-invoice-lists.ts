import type { Migration } from "kysely/migration";
import { run } from "./guard-table.ts";

/**
 * Lists that look for few among many: without these, what a tenant with 100,000 invoices has in one
 * state, or issued in one week, was found by reading all of them.
 */
export function invoiceLists(): Migration {
  return {
    async up(db) {
      await run(db, [
        "CREATE INDEX invoice_by_status ON invoice (tenant_id, status, id)",
        "CREATE INDEX invoice_by_day ON invoice (tenant_id, issued_on)",
        "CREATE INDEX invoice_by_due_day ON invoice (tenant_id, due_on)",
      ]);
    },
  };
}
