import type { Day } from "../domain/calendar.ts";
import { allowedActions, isOverdue } from "../domain/invoice.ts";
import { canonicalQuantity } from "../domain/quantity.ts";
import { amountDue } from "../domain/settlement.ts";
import type { Principal } from "../principal.ts";
import type { InvoiceLine, InvoiceTax } from "../store/invoice-parts.ts";
import type { Invoice } from "../store/invoices.ts";
import type { LedgerEntry } from "../store/ledger.ts";

/** An invoice as lists show it. Amounts are whole minor units of its currency. */
export function presentInvoice(invoice: Invoice, today: Day) {
  const { id, external_id, customer_id, status, number, currency, due_days, version } = invoice;
  const money = (amount: bigint) => ({ amount: Number(amount), currency });
  return {
    id,
    external_id,
    customer_id,
    status,
    overdue: isOverdue(invoice, today),
    number,
    currency,
    subtotal: money(invoice.subtotal),
    tax: money(invoice.tax),
    total: money(invoice.total),
    paid: money(invoice.paid),
    credited: money(invoice.credited),
    due: money(amountDue(invoice)),
    due_days,
    issued_on: invoice.issued_on,
    due_on: invoice.due_on,
    created_by: invoice.created_by,
    version,
    created_at: invoice.created_at.toISOString(),
    updated_at: invoice.updated_at.toISOString(),
  };
}

export type InvoiceDetail = {
  invoice: Invoice;
  lines: readonly InvoiceLine[];
  taxes: readonly InvoiceTax[];
  ledger: readonly LedgerEntry[];
};

/** An invoice with everything in it, and what this caller may do next. */
export function presentInvoiceDetail(
  { invoice, lines, taxes, ledger }: InvoiceDetail,
  { today, principal }: { today: Day; principal: Principal },
) {
  return {
    ...presentInvoice(invoice, today),
    seller: invoice.seller_snapshot,
    buyer: invoice.buyer_snapshot,
    lines: lines.map(presentLine),
    taxes: taxes.map(({ rate_ppm, taxable, amount }) => ({
      rate_ppm,
      taxable: Number(taxable),
      amount: Number(amount),
    })),
    ledger: ledger.map(presentEntry),
    allowed_actions: principal.access === "staff" ? allowedActions(invoice) : [],
  };
}

function presentLine({ position, description, quantity, ...line }: InvoiceLine) {
  return {
    position,
    description,
    quantity: canonicalQuantity(quantity),
    unit_amount: Number(line.unit_amount),
    tax_rate_ppm: line.tax_rate_ppm,
    amount: Number(line.amount),
  };
}

export function presentEntry(entry: LedgerEntry) {
  const { id, kind, tax_split, number, reference, method, reason, reverses } = entry;
  return {
    id,
    kind,
    amount: Number(entry.amount),
    tax_split,
    number,
    reference,
    method,
    reason,
    reverses,
    occurred_on: entry.occurred_on,
    created_at: entry.created_at.toISOString(),
  };
}
