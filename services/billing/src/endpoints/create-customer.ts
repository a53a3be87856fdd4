import * as z from "zod";
import { endpoint } from "../endpoint.ts";
import { presentCustomer } from "../presenters/customer.ts";
import { etagOf } from "../steps/if-match.ts";
import { insertCustomer } from "../store/customers.ts";
import { recordEvent } from "../store/events.ts";
import { email, externalId, line, lines } from "./fields.ts";

const body = z.strictObject({
  name: line(200),
  email,
  external_id: externalId.nullable().default(null),
  address: lines(500).nullable().default(null),
  tax_id: line(64).nullable().default(null),
  owner_sub: line(255).nullable().default(null),
});

export const createCustomer = endpoint({
  name: "createCustomer",
  summary: "Creates a customer",
  method: "POST",
  path: "/v1/customers",
  scope: "customers:write",
  roles: ["accountant", "clerk"],
  body,
  async handle({ tx, body }) {
    const customer = await insertCustomer(tx, body);
    await recordEvent(tx, {
      type: "customer.created",
      entity: "customer",
      entity_id: customer.id,
      entity_version: customer.version,
      data: { external_id: customer.external_id },
    });
    const headers = {
      etag: etagOf(customer.version),
      location: `/v1/customers/${customer.id}`,
    };
    return { status: 201, headers, body: presentCustomer(customer) };
  },
});
