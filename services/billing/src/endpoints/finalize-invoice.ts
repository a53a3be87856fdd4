import * as z from "zod";
import { type Day, dayIn } from "../domain/calendar.ts";
import { finalize, invoiceNumber } from "../domain/invoice.ts";
import { endpoint } from "../endpoint.ts";
import { presentBuyer } from "../presenters/party.ts";
import { problem } from "../problems.ts";
import { etagOf } from "../steps/if-match.ts";
import { nextDocument } from "../store/counters.ts";
import { findCustomer } from "../store/customers.ts";
import { recordEvent } from "../store/events.ts";
import {
  findParts,
  type Invoice,
  lockInvoice,
  type Numbered,
  updateFinalized,
} from "../store/invoices.ts";
import { insertLedgerEntry } from "../store/ledger.ts";
import { findSettings } from "../store/settings.ts";
import type { TenantTransaction } from "../store/tenant-transaction.ts";
import { bodyFault } from "./body-fault.ts";
import { day } from "./fields.ts";
import { namingTransitions } from "./naming-transitions.ts";
import { showInvoice } from "./show-invoice.ts";

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
    const draft = await lockInvoice(tx, id);
    if (draft === undefined) throw problem("not_found");
    requireVersion(draft.version);

    const invoice = await updateFinalized(tx, draft, await finalized(tx, draft, body.issued_on));
    await charge(tx, invoice);
    await record(tx, invoice);
    const headers = { etag: etagOf(invoice.version) };
    return { status: 200, headers, body: await showInvoice(tx, invoice) };
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

async function charge(tx: TenantTransaction, { id, total, issued_on }: Invoice): Promise<void> {
  const { taxes } = await findParts(tx, id);
  const occurredOn = issued_on as Day; // a finalized invoice has one
  await insertLedgerEntry(tx, { invoice_id: id, kind: "charge", amount: total, taxes, occurredOn });
}

async function record(tx: TenantTransaction, invoice: Invoice): Promise<void> {
  const { id, number, customer_id, issued_on, due_on, currency, version } = invoice;
  const entity = { entity: "invoice", entity_id: id, entity_version: version } as const;
  const total = { amount: Number(invoice.total), currency };
  const data = { number, customer_id, issued_on, due_on, total };
  await recordEvent(tx, { type: "invoice.finalized", ...entity, data });
  if (invoice.status === "paid") {
    await recordEvent(tx, { type: "invoice.paid", ...entity, data: { number } });
  }
}
