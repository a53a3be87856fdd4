import type { Migration } from "kysely/migration";
import { run } from "./guard-table.ts";

/**
 * Lines, totals and ledger are compared for each row that a transaction touched, when it commits.
 * These rows need no look of their own: an invoice whose totals stay as they were, since a change of
 * its lines is looked at with the lines; and a draft without money, since an entry in its ledger is
 * looked at with the entry.
 */
export function checksWhereNeeded(): Migration {
  return {
    async up(db) {
      await run(db, [
        "DROP TRIGGER totals_agree ON invoice",
        watch("totals_agree", "INSERT", "true", "check_invoice_totals"),
        watch("totals_agree_still", "UPDATE", totalsChanged, "check_invoice_totals"),
        "DROP TRIGGER ledger_agrees ON invoice",
        watch("ledger_agrees", "INSERT", `NOT (${isBlank("NEW")})`, "check_ledger_agrees"),
        watch("ledger_agrees_still", "UPDATE", mayOwe, "check_ledger_agrees"),
      ]);
    },
  };
}

const watch = (name: string, on: "INSERT" | "UPDATE", when: string, check: string) => `
  CREATE CONSTRAINT TRIGGER ${name} AFTER ${on} ON invoice
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (${when}) EXECUTE FUNCTION ${check}()`;

const totalsChanged =
  "(OLD.subtotal, OLD.tax, OLD.total) IS DISTINCT FROM (NEW.subtotal, NEW.tax, NEW.total)";

const isBlank = (row: "OLD" | "NEW") =>
  `${row}.status = 'draft' AND ${row}.paid = 0 AND ${row}.credited = 0`;

const mayOwe = `NOT (${isBlank("OLD")} AND ${isBlank("NEW")})`;
