import type { Endpoint } from "../endpoint.ts";
import { listInvoices } from "./list-invoices.ts";

/** Everything that billing can be asked. */
export const endpoints: readonly Endpoint[] = [listInvoices];
