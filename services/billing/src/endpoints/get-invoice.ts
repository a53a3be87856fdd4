import { endpoint } from "../endpoint.ts";
import { problem } from "../problems.ts";
import { findInvoice } from "../store/invoices.ts";
import { answerInvoice } from "./show-invoice.ts";

export const getInvoice = endpoint({
  name: "getInvoice",
  summary: "Reads an invoice with its lines, taxes and ledger, and what may be done with it",
  method: "GET",
  path: "/v1/invoices/{id}",
  scope: "invoices:read",
  roles: ["accountant", "clerk", "auditor", "customer"],
  async handle({ tx, id }) {
    const invoice = await findInvoice(tx, id);
    if (invoice === undefined) throw problem("not_found");
    return await answerInvoice(tx, invoice);
  },
});
