import { dayIn } from "../domain/calendar.ts";
import type { Reply } from "../endpoint.ts";
import { presentInvoiceDetail } from "../presenters/invoice.ts";
import { etagOf } from "../steps/if-match.ts";
import { findParts, type Parts } from "../store/invoice-parts.ts";
import type { Invoice } from "../store/invoices.ts";
import { listLedger } from "../store/ledger.ts";
import { findSettings } from "../store/settings.ts";
import type { TenantTransaction } from "../store/tenant-transaction.ts";

/** Answers a change with what the invoice is now. */
export async function answerInvoice(
  tx: TenantTransaction,
  invoice: Invoice,
  parts?: Parts,
): Promise<Reply> {
  const headers = { etag: etagOf(invoice.version) };
  return { status: 200, headers, body: await showInvoice(tx, invoice, parts) };
}

/** Gathers what belongs to an invoice, unless it is at hand, and presents it to the caller. */
export async function showInvoice(
  tx: TenantTransaction,
  invoice: Invoice,
  parts?: Parts,
): Promise<object> {
  const { lines, taxes } = parts ?? (await findParts(tx, invoice.id));
  const ledger = invoice.status === "draft" ? [] : await listLedger(tx, invoice.id);
  const { timezone } = await findSettings(tx);
  const seen = { today: dayIn(timezone, tx.now), principal: tx.principal };
  return presentInvoiceDetail({ invoice, lines, taxes, ledger }, seen);
}
