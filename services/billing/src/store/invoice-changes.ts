import type { Finalization } from "../domain/invoice.ts";
import type { Draft } from "../domain/invoice-draft.ts";
import type { Settled } from "../domain/settlement.ts";
import { deleteParts, insertParts } from "./invoice-parts.ts";
import type { Invoice, NewInvoice } from "./invoices.ts";
import type { TenantTransaction } from "./tenant-transaction.ts";

/** Changes of an invoice that is held (`lockInvoice`), each to its next version. */
function update({ sql, principal, now }: TenantTransaction, { id, version }: Invoice) {
  return sql
    .updateTable("invoice")
    .set({ version: version + 1, updated_at: now })
    .where("tenant_id", "=", principal.tenant)
    .where("id", "=", id)
    .where("version", "=", version)
    .returningAll();
}

/** Rewrites a draft; its lines, when there are new ones, as a whole. */
export async function updateDraft(
  tx: TenantTransaction,
  invoice: Invoice,
  { draft, ...columns }: NewInvoice & { draft: Draft | undefined },
): Promise<Invoice> {
  if (draft === undefined) {
    return await update(tx, invoice).set(columns).executeTakeFirstOrThrow();
  }
  await deleteParts(tx, invoice.id);
  await insertParts(tx, invoice.id, draft);
  const { subtotal, tax, total } = draft;
  return await update(tx, invoice)
    .set({ ...columns, subtotal, tax, total })
    .executeTakeFirstOrThrow();
}

export async function deleteDraft(tx: TenantTransaction, { id }: Invoice): Promise<void> {
  await deleteParts(tx, id);
  await tx.sql
    .deleteFrom("invoice")
    .where("tenant_id", "=", tx.principal.tenant)
    .where("id", "=", id)
    .execute();
}

export type Numbered = Finalization & { number: string; series: string; seq: bigint };

export async function updateFinalized(
  tx: TenantTransaction,
  invoice: Invoice,
  { seller, buyer, ...columns }: Numbered,
): Promise<Invoice> {
  const seller_snapshot = JSON.stringify(seller);
  const buyer_snapshot = JSON.stringify(buyer);
  return await update(tx, invoice)
    .set({ ...columns, seller_snapshot, buyer_snapshot })
    .executeTakeFirstOrThrow();
}

export async function updateSettled(
  tx: TenantTransaction,
  invoice: Invoice,
  settled: Settled,
): Promise<Invoice> {
  return await update(tx, invoice).set(settled).executeTakeFirstOrThrow();
}
