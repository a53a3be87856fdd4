import * as z from "zod";
import { requireAllowed } from "../domain/invoice.ts";
import { endpoint } from "../endpoint.ts";
import { updateDraft } from "../store/invoice-changes.ts";
import { refuseTakenExternalId } from "../store/invoices.ts";
import { computeDraft, requireCustomer } from "./draft-parts.ts";
import { currency, dueDays, externalId, lineItems } from "./fields.ts";
import { holdInvoice } from "./hold-invoice.ts";
import { merge } from "./merge.ts";
import { namingTransitions } from "./naming-transitions.ts";
import { moneyOf, recordInvoiceEvent } from "./record-invoice-event.ts";
import { answerInvoice } from "./show-invoice.ts";

const body = z.strictObject({
  customer_id: z.uuid().optional(),
  currency: currency.optional(),
  lines: lineItems.optional(),
  due_days: dueDays.nullable().optional(),
  external_id: externalId.nullable().optional(),
});

export const updateInvoice = endpoint({
  name: "updateInvoice",
  summary: "Changes a draft by a merge patch; lines are replaced as a whole",
  method: "PATCH",
  path: "/v1/invoices/{id}",
  scope: "invoices:write",
  roles: ["accountant", "clerk"],
  body,
  ifMatch: "version",
  async handle({ tx, id, body: { lines, ...patch }, requireVersion }) {
    const draft = lines === undefined ? undefined : computeDraft(lines);
    const seen = await holdInvoice(tx, id);
    requireVersion(seen.version);
    namingTransitions(() => requireAllowed(seen, "update"));
    if (patch.customer_id !== undefined) await requireCustomer(tx, patch.customer_id);

    const { customer_id, currency, due_days, external_id } = patch;
    const { merged, changed } = merge(seen, { customer_id, currency, due_days, external_id });
    if (draft === undefined && changed.length === 0) return await answerInvoice(tx, seen);
    if (changed.includes("external_id")) await refuseTakenExternalId(tx, merged.external_id);
    const invoice = await updateDraft(tx, seen, { ...merged, draft });
    const answer = await answerInvoice(tx, invoice);
    await recordInvoiceEvent(tx, "invoice.updated", invoice, {
      changed: draft === undefined ? changed : [...changed, "lines"],
      total: moneyOf(invoice, invoice.total),
    });
    return answer;
  },
});
