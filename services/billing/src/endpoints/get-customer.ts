import { endpoint } from "../endpoint.ts";
import { presentCustomer } from "../presenters/customer.ts";
import { problem } from "../problems.ts";
import { etagOf } from "../steps/if-match.ts";
import { findCustomer } from "../store/customers.ts";

export const getCustomer = endpoint({
  name: "getCustomer",
  summary: "Reads a customer",
  method: "GET",
  path: "/v1/customers/{id}",
  scope: "customers:read",
  roles: ["accountant", "clerk", "auditor", "customer"],
  conditional: true,
  async handle({ tx, id }) {
    const customer = await findCustomer(tx, id);
    if (customer === undefined) throw problem("not_found");
    return {
      status: 200,
      headers: { etag: etagOf(customer.version) },
      body: presentCustomer(customer),
    };
  },
});
