import type { EventType } from "../domain/event.ts";
import type { Settled } from "../domain/settlement.ts";
import type { Reply } from "../endpoint.ts";
import { presentEntry } from "../presenters/invoice.ts";
import { etagOf } from "../steps/if-match.ts";
import { updateSettled } from "../store/invoice-changes.ts";
import type { Invoice } from "../store/invoices.ts";
import { insertLedgerEntry, type NewLedgerEntry } from "../store/ledger.ts";
import type { TenantTransaction } from "../store/tenant-transaction.ts";
import { moneyOf, recordInvoiceEvent, recordSettlement } from "./record-invoice-event.ts";
import { showInvoice } from "./show-invoice.ts";

type Movement = {
  settled: Settled;
  entry: Omit<NewLedgerEntry, "invoice_id">;
  event: EventType;
};

/** Adds to the ledger of an invoice that is held, and answers the entry with what it led to. */
export async function moveMoney(
  tx: TenantTransaction,
  seen: Invoice,
  { settled, entry, event }: Movement,
): Promise<Reply> {
  const written = await insertLedgerEntry(tx, { ...entry, invoice_id: seen.id });
  const invoice = await updateSettled(tx, seen, settled);
  const shown = await showInvoice(tx, invoice);
  const { id, number, reference, method, reason, reverses, occurred_on } = written;
  const amount = moneyOf(invoice, written.amount);
  const details = { number, reference, method, reason, reverses, occurred_on };
  await recordInvoiceEvent(tx, event, invoice, { entry_id: id, amount, ...details });
  await recordSettlement(tx, seen, invoice);
  return {
    status: 201,
    headers: { etag: etagOf(invoice.version), location: `/v1/invoices/${invoice.id}` },
    body: { entry: presentEntry(written), invoice: shown },
  };
}
