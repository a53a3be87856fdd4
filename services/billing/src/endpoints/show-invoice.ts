import { dayIn } from "../domain/calendar.ts";
import { presentInvoiceDetail } from "../presenters/invoice.ts";
import { findParts, type Invoice } from "../store/invoices.ts";
import { listLedger } from "../store/ledger.ts";
import { findSettings } from "../store/settings.ts";
import type { TenantTransaction } from "../store/tenant-transaction.ts";

/** Gathers what belongs to an invoice and presents it to the caller. */
export async function showInvoice(tx: TenantTransaction, invoice: Invoice): Promise<object> {
  const { lines, taxes } = await findParts(tx, invoice.id);
  const ledger = await listLedger(tx, invoice.id);
  const { timezone } = await findSettings(tx);
  const seen = { today: dayIn(timezone, tx.now), principal: tx.principal };
  return presentInvoiceDetail({ invoice, lines, taxes, ledger }, seen);
}
