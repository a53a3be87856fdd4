import {
  type Draft,
  draftInvoice,
  type LineItem,
  NegativeTotalError,
} from "../domain/invoice-draft.ts";
import { AmountTooLargeError } from "../domain/money.ts";
import { findCustomer } from "../store/customers.ts";
import type { TenantTransaction } from "../store/tenant-transaction.ts";
import { bodyFault } from "./body-fault.ts";

/** A customer in a body that cannot be found is a fault of the body, whosever it may be. */
export async function requireCustomer(tx: TenantTransaction, id: string): Promise<void> {
  const customer = await findCustomer(tx, id);
  if (customer === undefined)
    throw bodyFault("/customer_id", "not_found", "There is no such customer");
  if (customer.archived_at !== null) {
    throw bodyFault("/customer_id", "archived", "The customer is archived");
  }
}

/** Computes what lines come to, or says what is wrong with them. */
export function computeDraft(lines: readonly LineItem[]): Draft {
  try {
    return draftInvoice(lines);
  } catch (error) {
    if (error instanceof AmountTooLargeError) throw bodyFault("/lines", "too_big", error.message);
    if (error instanceof NegativeTotalError) throw bodyFault("/lines", "negative", error.message);
    throw error;
  }
}
