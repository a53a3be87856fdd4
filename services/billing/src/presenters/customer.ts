import type { Customer } from "../store/customers.ts";

/** A customer as the API shows it. */
export function presentCustomer(customer: Customer) {
  const { id, external_id, name, email, address, tax_id, owner_sub, version } = customer;
  return {
    id,
    external_id,
    name,
    email,
    address,
    tax_id,
    owner_sub,
    version,
    created_at: customer.created_at.toISOString(),
    updated_at: customer.updated_at.toISOString(),
    archived_at: customer.archived_at?.toISOString() ?? null,
  };
}
