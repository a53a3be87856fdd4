import * as z from "zod";
import { endpoint } from "../endpoint.ts";
import { etagOf } from "../steps/if-match.ts";
import { insertDraft } from "../store/invoices.ts";
import { computeDraft, requireCustomer } from "./draft-parts.ts";
import { currency, dueDays, externalId, lineItems } from "./fields.ts";
import { moneyOf, recordInvoiceEvent } from "./record-invoice-event.ts";
import { showInvoice } from "./show-invoice.ts";

const body = z.strictObject({
  customer_id: z.uuid(),
  currency,
  lines: lineItems,
  due_days: dueDays.nullable().default(null),
  external_id: externalId.nullable().default(null),
});

export const createInvoice = endpoint({
  name: "createInvoice",
  summary: "Creates a draft of an invoice",
  method: "POST",
  path: "/v1/invoices",
  scope: "invoices:write",
  roles: ["accountant", "clerk"],
  body,
  async handle({ tx, body: { lines, ...wanted } }) {
    const draft = computeDraft(lines);
    await requireCustomer(tx, wanted.customer_id);

    const { invoice, parts } = await insertDraft(tx, wanted, draft);
    const shown = await showInvoice(tx, invoice, parts);
    const { customer_id, external_id } = invoice;
    const data = { customer_id, external_id, total: moneyOf(invoice, invoice.total) };
    await recordInvoiceEvent(tx, "invoice.created", invoice, data);
    const headers = { etag: etagOf(invoice.version), location: `/v1/invoices/${invoice.id}` };
    return { status: 201, headers, body: shown };
  },
});
