import type { Migration } from "kysely/migration";
import { settingsAndCustomers } from "./0001-settings-and-customers.ts";
import { invoices } from "./0002-invoices.ts";
import { ledgerAndEvents } from "./0003-ledger-and-events.ts";
import { idempotencyKeys } from "./0004-idempotency-keys.ts";
import { ledgerAgreement } from "./0005-ledger-agreement.ts";
import { invoiceLists } from "./0006-invoice-lists.ts";
import { checksWhereNeeded } from "./0007-checks-where-needed.ts";

/** Every migration in order; what is granted is granted to `appRole`. */
export function allMigrations(appRole: string): Record<string, Migration> {
  return {
    "0001-settings-and-customers": settingsAndCustomers(appRole),
    "0002-invoices": invoices(appRole),
    "0003-ledger-and-events": ledgerAndEvents(appRole),
    "0004-idempotency-keys": idempotencyKeys(appRole),
    "0005-ledger-agreement": ledgerAgreement(),
    "0006-invoice-lists": invoiceLists(),
    "0007-checks-where-needed": checksWhereNeeded(),
  };
}

/** What a database must have come to before this service can use it. */
export const schemaVersion = Object.keys(allMigrations("")).at(-1) as string;
