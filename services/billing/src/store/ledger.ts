import type { Selectable } from "kysely";
import type { Day } from "../domain/calendar.ts";
import type { Tax } from "../domain/invoice-draft.ts";
import { newId } from "./ids.ts";
import type { Tables } from "./tables.ts";
import type { TenantTransaction } from "./tenant-transaction.ts";

export type LedgerEntry = Selectable<Tables["ledger_entry"]>;

export type NewLedgerEntry = Pick<LedgerEntry, "invoice_id" | "kind" | "amount"> & {
  taxes: readonly Tax[];
  occurredOn: Day;
};

/** Adds an entry; none is ever changed. The sum over an invoice is what is due. */
export async function insertLedgerEntry(
  { sql, principal, now }: TenantTransaction,
  { taxes, occurredOn, ...entry }: NewLedgerEntry,
): Promise<LedgerEntry> {
  const split = taxes.map(({ rate_ppm, taxable, amount }) => ({
    rate_ppm,
    taxable: Number(taxable),
    amount: Number(amount),
  }));
  return await sql
    .insertInto("ledger_entry")
    .values({
      ...entry,
      tenant_id: principal.tenant,
      id: newId(),
      tax_split: JSON.stringify(split),
      occurred_on: occurredOn,
      actor: principal.subject,
      created_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** An invoice's entries in the order in which they were made. */
export async function listLedger({ sql, principal }: TenantTransaction, invoiceId: string) {
  return await sql
    .selectFrom("ledger_entry")
    .where("tenant_id", "=", principal.tenant)
    .where("invoice_id", "=", invoiceId)
    .orderBy("created_at")
    .orderBy("id")
    .selectAll()
    .execute();
}
