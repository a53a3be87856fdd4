import type * as z from "zod";
import type { billingProblems } from "../problems.ts";
import * as answers from "./answers.ts";

type Code = keyof typeof billingProblems;

export type ReplyDescription = {
  status: 200 | 201 | 204;
  /** Left out when there is no body, or one that is not JSON. */
  schema?: z.ZodType;
  /** Its own refusals, besides those of every endpoint of its kind. */
  refuses?: readonly Code[];
};

const { settings, customer, invoice, moved } = answers;

/** What each endpoint answers. */
export const replies: Record<string, ReplyDescription> = {
  getSettings: { status: 200, schema: settings },
  putSettings: { status: 200, schema: settings },
  createCustomer: { status: 201, schema: customer, refuses: ["duplicate_external_id"] },
  listCustomers: { status: 200, schema: answers.customerPage, refuses: ["cursor_invalid"] },
  getCustomer: { status: 200, schema: customer },
  updateCustomer: { status: 200, schema: customer, refuses: ["duplicate_external_id"] },
  createInvoice: { status: 201, schema: invoice, refuses: ["duplicate_external_id"] },
  listInvoices: { status: 200, schema: answers.invoicePage, refuses: ["cursor_invalid"] },
  getInvoice: { status: 200, schema: invoice },
  updateInvoice: {
    status: 200,
    schema: invoice,
    refuses: ["duplicate_external_id", "invalid_transition"],
  },
  deleteInvoice: { status: 204, refuses: ["invalid_transition"] },
  finalizeInvoice: {
    status: 200,
    schema: invoice,
    refuses: ["invalid_transition", "issue_date_out_of_order"],
  },
  voidInvoice: {
    status: 200,
    schema: invoice,
    refuses: ["invalid_transition", "invoice_has_payments"],
  },
  markUncollectible: { status: 200, schema: invoice, refuses: ["invalid_transition"] },
  recordPayment: {
    status: 201,
    schema: moved,
    refuses: [
      "invalid_transition",
      "payment_exceeds_due",
      "reversal_exceeds_payment",
      "duplicate_reference",
      "currency_mismatch",
    ],
  },
  issueCreditNote: {
    status: 201,
    schema: moved,
    refuses: ["invalid_transition", "credit_exceeds_due", "issue_date_out_of_order"],
  },
  getDocument: { status: 200, refuses: ["document_of_draft", "not_acceptable"] },
  listEvents: { status: 200, schema: answers.eventPage },
};
