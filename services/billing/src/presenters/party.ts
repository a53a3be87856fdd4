import type { Party } from "../domain/party.ts";
import type { Customer } from "../store/customers.ts";

/** A customer as an invoice freezes it. */
export function presentBuyer({ name, address, tax_id, email }: Customer): Party {
  return { name, address, tax_id, email };
}
