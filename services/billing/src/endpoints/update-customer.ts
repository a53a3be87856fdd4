import * as z from "zod";
import { endpoint } from "../endpoint.ts";
import { presentCustomer } from "../presenters/customer.ts";
import { problem } from "../problems.ts";
import { etagOf } from "../steps/if-match.ts";
import { type Customer, findCustomer, updateCustomer as update } from "../store/customers.ts";
import { recordEvent } from "../store/events.ts";
import { email, externalId, line, lines } from "./fields.ts";
import { merge } from "./merge.ts";

const body = z.strictObject({
  name: line(200).optional(),
  email: email.optional(),
  external_id: externalId.nullable().optional(),
  address: lines(500).nullable().optional(),
  tax_id: line(64).nullable().optional(),
  owner_sub: line(255).nullable().optional(),
  archived: z.boolean().optional(),
});

export const updateCustomer = endpoint({
  name: "updateCustomer",
  summary: "Changes a customer by a merge patch; archived ones are billed no more",
  method: "PATCH",
  path: "/v1/customers/{id}",
  scope: "customers:write",
  roles: ["accountant", "clerk"],
  body,
  ifMatch: "any",
  async handle({ tx, id, body: { archived, ...patch }, requireVersion }) {
    const seen = await findCustomer(tx, id);
    if (seen === undefined) throw problem("not_found");
    requireVersion(seen.version);

    const archived_at = archivedAt(seen, archived, tx.now);
    const { merged, changed } = merge(seen, { ...patch, archived_at });
    if (changed.length === 0) return answer(seen);
    const customer = await update(tx, seen, merged);
    await recordEvent(tx, {
      type: "customer.updated",
      entity: "customer",
      entity_id: customer.id,
      entity_version: customer.version,
      data: { changed, archived: customer.archived_at !== null },
    });
    return answer(customer);
  },
});

function answer(customer: Customer) {
  const headers = { etag: etagOf(customer.version) };
  return { status: 200 as const, headers, body: presentCustomer(customer) };
}

/** The day on which a customer was first archived stays, however often it is asked for. */
function archivedAt({ archived_at }: Customer, wanted: boolean | undefined, now: Date) {
  if (wanted === undefined) return archived_at;
  return wanted ? (archived_at ?? now) : null;
}
