import * as z from "zod";
import { writeOff } from "../domain/settlement.ts";
import { endpoint } from "../endpoint.ts";
import { updateSettled } from "../store/invoice-changes.ts";
import { reason } from "./fields.ts";
import { holdInvoice } from "./hold-invoice.ts";
import { namingTransitions } from "./naming-transitions.ts";
import { recordInvoiceEvent } from "./record-invoice-event.ts";
import { answerInvoice } from "./show-invoice.ts";

const body = z.strictObject({ reason });

export const markUncollectible = endpoint({
  name: "markUncollectible",
  summary: "Gives up on an invoice; a late payment still settles it",
  method: "POST",
  path: "/v1/invoices/{id}/mark-uncollectible",
  scope: "invoices:finalize",
  roles: ["accountant"],
  body,
  ifMatch: "version",
  async handle({ tx, id, body: { reason }, requireVersion }) {
    const seen = await holdInvoice(tx, id);
    requireVersion(seen.version);

    const invoice = await updateSettled(
      tx,
      seen,
      namingTransitions(() => writeOff(seen)),
    );
    const data = { number: invoice.number, reason };
    await recordInvoiceEvent(tx, "invoice.uncollectible", invoice, data);
    return await answerInvoice(tx, invoice);
  },
});
