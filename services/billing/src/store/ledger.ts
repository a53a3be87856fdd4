import type { Selectable } from "kysely";
import type { Day } from "../domain/calendar.ts";
import type { Tax } from "../domain/invoice-draft.ts";
import { problem } from "../problems.ts";
import { newId } from "./ids.ts";
import type { Tables, TaxShare } from "./tables.ts";
import type { TenantTransaction } from "./tenant-transaction.ts";

export type LedgerEntry = Selectable<Tables["ledger_entry"]>;

type Details = "number" | "reference" | "method" | "reason" | "reverses";

export type NewLedgerEntry = Pick<LedgerEntry, "invoice_id" | "kind" | "amount"> &
  Partial<Pick<LedgerEntry, Details>> & {
    /** Of what it moves, by rate; signed as the amount is. A payment moves no tax. */
    taxes: readonly Tax[];
    occurredOn: Day;
  };

/** Adds an entry; none is ever changed. The sum over an invoice is what is due. */
export async function insertLedgerEntry(
  tx: TenantTransaction,
  { taxes, occurredOn, ...entry }: NewLedgerEntry,
): Promise<LedgerEntry> {
  const inserted = await tx.sql
    .insertInto("ledger_entry")
    .values({
      ...entry,
      tenant_id: tx.principal.tenant,
      id: newId(),
      tax_split: JSON.stringify(taxes.map(plain)),
      occurred_on: occurredOn,
      actor: tx.principal.subject,
      created_at: tx.now,
    })
    .onConflict((conflict) => conflict.columns(["tenant_id", "reference"]).doNothing())
    .returningAll()
    .executeTakeFirst();
  return inserted ?? (await refuseDuplicate(tx, entry.reference ?? null));
}

async function refuseDuplicate(tx: TenantTransaction, reference: string | null): Promise<never> {
  const { id, invoice_id } = await tx.sql
    .selectFrom("ledger_entry")
    .select(["id", "invoice_id"])
    .where("tenant_id", "=", tx.principal.tenant)
    .where("reference", "=", reference)
    .executeTakeFirstOrThrow();
  const extensions = { existing_id: id, existing_invoice_id: invoice_id };
  throw problem("duplicate_reference", { extensions });
}

function plain({ rate_ppm, taxable, amount }: Tax): TaxShare {
  return { rate_ppm, taxable: Number(taxable), amount: Number(amount) };
}

/** A split as it was stored, as the numbers to compute with. */
export function taxesOf({ tax_split }: LedgerEntry): Tax[] {
  return tax_split.map(({ rate_ppm, taxable, amount }) => ({
    rate_ppm,
    taxable: BigInt(taxable),
    amount: BigInt(amount),
  }));
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
