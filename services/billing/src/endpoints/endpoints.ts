import type { Endpoint } from "../endpoint.ts";
import { createCustomer } from "./create-customer.ts";
import { createInvoice } from "./create-invoice.ts";
import { finalizeInvoice } from "./finalize-invoice.ts";
import { getCustomer } from "./get-customer.ts";
import { getInvoice } from "./get-invoice.ts";
import { getSettings } from "./get-settings.ts";
import { listCustomers } from "./list-customers.ts";
import { listInvoices } from "./list-invoices.ts";
import { putSettings } from "./put-settings.ts";

/** Everything that billing can be asked. */
export const endpoints: readonly Endpoint[] = [
  getSettings,
  putSettings,
  createCustomer,
  listCustomers,
  getCustomer,
  createInvoice,
  listInvoices,
  getInvoice,
  finalizeInvoice,
];
