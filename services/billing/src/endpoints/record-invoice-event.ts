import type { EventType } from "../domain/event.ts";
import { recordEvent } from "../store/events.ts";
import type { Invoice } from "../store/invoices.ts";
import type { TenantTransaction } from "../store/tenant-transaction.ts";

/** Notes what happened to an invoice, at the version that it came to. */
export async function recordInvoiceEvent(
  tx: TenantTransaction,
  type: EventType,
  { id, version }: Invoice,
  data: object,
): Promise<void> {
  const entity = { entity: "invoice", entity_id: id, entity_version: version } as const;
  await recordEvent(tx, { type, ...entity, data });
}

/** Notes as well that it is paid now, or no longer: that follows from what moved. */
export async function recordSettlement(
  tx: TenantTransaction,
  before: Invoice,
  after: Invoice,
): Promise<void> {
  if (before.status === after.status) return;
  const type = after.status === "paid" ? "invoice.paid" : "invoice.reopened";
  await recordInvoiceEvent(tx, type, after, { number: after.number });
}

export function moneyOf({ currency }: Invoice, amount: bigint) {
  return { amount: Number(amount), currency };
}
