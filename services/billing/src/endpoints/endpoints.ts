import type { Endpoint } from "../endpoint.ts";
import { createCustomer } from "./create-customer.ts";
import { createInvoice } from "./create-invoice.ts";
import { deleteInvoice } from "./delete-invoice.ts";
import { finalizeInvoice } from "./finalize-invoice.ts";
import { getCustomer } from "./get-customer.ts";
import { getDocument } from "./get-document.ts";
import { getInvoice } from "./get-invoice.ts";
import { getSettings } from "./get-settings.ts";
import { issueCreditNote } from "./issue-credit-note.ts";
import { listCustomers } from "./list-customers.ts";
import { listEvents } from "./list-events.ts";
import { listInvoices } from "./list-invoices.ts";
import { markUncollectible } from "./mark-uncollectible.ts";
import { putSettings } from "./put-settings.ts";
import { recordPayment } from "./record-payment.ts";
import { updateCustomer } from "./update-customer.ts";
import { updateInvoice } from "./update-invoice.ts";
import { voidInvoice } from "./void-invoice.ts";

/** Everything that billing can be asked. */
export const endpoints: readonly Endpoint[] = [
  getSettings,
  putSettings,
  createCustomer,
  listCustomers,
  getCustomer,
  updateCustomer,
  createInvoice,
  listInvoices,
  getInvoice,
  updateInvoice,
  deleteInvoice,
  finalizeInvoice,
  voidInvoice,
  markUncollectible,
  recordPayment,
  issueCreditNote,
  getDocument,
  listEvents,
];
