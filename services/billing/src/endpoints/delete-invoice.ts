import { requireAllowed } from "../domain/invoice.ts";
import { endpoint } from "../endpoint.ts";
import { deleteDraft } from "../store/invoice-changes.ts";
import { holdInvoice } from "./hold-invoice.ts";
import { namingTransitions } from "./naming-transitions.ts";
import { moneyOf, recordInvoiceEvent } from "./record-invoice-event.ts";

export const deleteInvoice = endpoint({
  name: "deleteInvoice",
  summary: "Deletes a draft: it had no number, so none is missing",
  method: "DELETE",
  path: "/v1/invoices/{id}",
  scope: "invoices:write",
  roles: ["accountant", "clerk"],
  ifMatch: "version",
  async handle({ tx, id, requireVersion }) {
    const draft = await holdInvoice(tx, id);
    requireVersion(draft.version);
    namingTransitions(() => requireAllowed(draft, "delete"));

    await deleteDraft(tx, draft);
    const { customer_id, external_id } = draft;
    const data = { customer_id, external_id, total: moneyOf(draft, draft.total) };
    await recordInvoiceEvent(tx, "invoice.deleted", draft, data);
    return { status: 204 };
  },
});
