import { writeOff } from "../domain/settlement.ts";
import { endingInvoice } from "./ending-invoice.ts";

export const markUncollectible = endingInvoice({
  name: "markUncollectible",
  summary: "Gives up on an invoice; a late payment still settles it",
  path: "/v1/invoices/{id}/mark-uncollectible",
  rule: writeOff,
  event: "invoice.uncollectible",
});
