import * as z from "zod";
import {
  type Draft,
  draftInvoice,
  type LineItem,
  NegativeTotalError,
} from "../domain/invoice-draft.ts";
import { AmountTooLargeError } from "../domain/money.ts";
import { endpoint } from "../endpoint.ts";
import { etagOf } from "../steps/if-match.ts";
import { findCustomer } from "../store/customers.ts";
import { recordEvent } from "../store/events.ts";
import { insertDraft } from "../store/invoices.ts";
import type { TenantTransaction } from "../store/tenant-transaction.ts";
import { bodyFault } from "./body-fault.ts";
import { currency, externalId, line, minorUnits, quantity, taxRate } from "./fields.ts";
import { showInvoice } from "./show-invoice.ts";

const lineItem = z.strictObject({
  description: line(500),
  quantity: quantity.default("1"),
  unit_amount: minorUnits,
  tax_rate_ppm: taxRate.default(0),
});

const body = z.strictObject({
  customer_id: z.uuid(),
  currency,
  lines: z.array(lineItem).min(1).max(200),
  due_days: z.int().min(0).max(365).nullable().default(null),
  external_id: externalId.nullable().default(null),
});

export const createInvoice = endpoint({
  name: "createInvoice",
  summary: "Creates a draft of an invoice",
  method: "POST",
  path: "/v1/invoices",
  scope: "invoices:write",
  roles: ["accountant", "clerk"],
  body,
  async handle({ tx, body: { lines, ...wanted } }) {
    const draft = computed(lines);
    await requireCustomer(tx, wanted.customer_id);

    const invoice = await insertDraft(tx, wanted, draft);
    await recordEvent(tx, {
      type: "invoice.created",
      entity: "invoice",
      entity_id: invoice.id,
      entity_version: invoice.version,
      data: {
        customer_id: invoice.customer_id,
        external_id: invoice.external_id,
        total: { amount: Number(invoice.total), currency: invoice.currency },
      },
    });
    const headers = { etag: etagOf(invoice.version), location: `/v1/invoices/${invoice.id}` };
    return { status: 201, headers, body: await showInvoice(tx, invoice) };
  },
});

/** A customer in a body that cannot be found is a fault of the body, whosever it may be. */
async function requireCustomer(tx: TenantTransaction, id: string): Promise<void> {
  const customer = await findCustomer(tx, id);
  if (customer === undefined)
    throw bodyFault("/customer_id", "not_found", "There is no such customer");
  if (customer.archived_at !== null) {
    throw bodyFault("/customer_id", "archived", "The customer is archived");
  }
}

function computed(lines: readonly LineItem[]): Draft {
  try {
    return draftInvoice(lines);
  } catch (error) {
    if (error instanceof AmountTooLargeError) throw bodyFault("/lines", "too_big", error.message);
    if (error instanceof NegativeTotalError) throw bodyFault("/lines", "negative", error.message);
    throw error;
  }
}
