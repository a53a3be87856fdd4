import * as z from "zod";
import { invoiceDocument } from "../documents/invoice-document.ts";
import { renderHtml } from "../documents/render-html.ts";
import { sha256 } from "../documents/sha256.ts";
import { type Day, dayIn } from "../domain/calendar.ts";
import { finalize, invoiceNumber } from "../domain/invoice.ts";
import { endpoint } from "../endpoint.ts";
import { presentBuyer } from "../presenters/party.ts";
import { problem } from "../problems.ts";
import { nextDocument } from "../store/counters.ts";
import { findCustomer } from "../store/customers.ts";
import { type Numbered, updateFinalized } from "../store/invoice-changes.ts";
import { findParts, type Parts } from "../store/invoice-parts.ts";
import type { Invoice } from "../store/invoices.ts";
import { insertLedgerEntry } from "../store/ledger.ts";
import { findSettings } from "../store/settings.ts";
import type { TenantTransaction } from "../store/tenant-transaction.ts";
import { bodyFault } from "./body-fault.ts";
import { day } from "./fields.ts";
import { holdInvoice } from "./hold-invoice.ts";
import { namingTransitions } from "./naming-transitions.ts";
import { moneyOf, recordInvoiceEvent, recordSettlement } from "./record-invoice-event.ts";
import { answerInvoice } from "./show-invoice.ts";

const body = z.strictObject({ issued_on: day.optional() });

export const finalizeInvoice = endpoint({
  name: "finalizeInvoice",
  summary: "Gives a draft its number and freezes it: from then on it is owed",
  method: "POST",
  path: "/v1/invoices/{id}/finalize",
  scope: "invoices:finalize",
  roles: ["accountant"],
  body,
  ifMatch: "version",
  async handle({ tx, id, body, requireVersion }) {
    const draft = await holdInvoice(tx, id);
    requireVersion(draft.version);

    const invoice = await updateFinalized(tx, draft, await finalized(tx, draft, body.issued_on));
    const parts = await findParts(tx, id);
    await charge(tx, invoice, parts);
    const answer = await answerInvoice(tx, invoice, parts);
    await record(tx, draft, invoice, parts);
    return answer;
  },
});

/** What the draft becomes; its number is taken only when nothing else can refuse it. */
async function finalized(tx: TenantTransaction, draft: Invoice, wanted?: Day): Promise<Numbered> {
  const settings = await findSettings(tx);
  const customer = await findCustomer(tx, draft.customer_id);
  if (customer === undefined) throw problem("not_found");
  const today = dayIn(settings.timezone, tx.now);
  const issuedOn = wanted ?? today;
  const terms = { settings, buyer: presentBuyer(customer), issuedOn };
  const finalization = namingTransitions(() => finalize(draft, terms));
  if (issuedOn > today) throw bodyFault("/issued_on", "in_the_future", "It cannot be after today");

  const series = settings.number_prefix;
  const seq = await nextDocument(tx, { kind: "invoice", series, issuedOn });
  return { ...finalization, number: invoiceNumber(series, seq), series, seq };
}

async function charge(tx: TenantTransaction, invoice: Invoice, { taxes }: Parts): Promise<void> {
  const { id, total, issued_on } = invoice;
  const occurredOn = issued_on as Day; // a finalized invoice has one
  await insertLedgerEntry(tx, { invoice_id: id, kind: "charge", amount: total, taxes, occurredOn });
}

/** With the hash of the document: that it is what was sent can be shown ever after. */
async function record(tx: TenantTransaction, draft: Invoice, invoice: Invoice, parts: Parts) {
  const { number, customer_id, issued_on, due_on, total } = invoice;
  await recordInvoiceEvent(tx, "invoice.finalized", invoice, {
    ...{ number, customer_id, issued_on, due_on },
    total: moneyOf(invoice, total),
    document_sha256: sha256(renderHtml(invoiceDocument({ invoice, ...parts }))),
  });
  if (invoice.status === "paid") await recordSettlement(tx, draft, invoice);
}
