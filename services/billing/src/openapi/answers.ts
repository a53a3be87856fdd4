import * as z from "zod";
import { eventTypes } from "../domain/event.ts";
import { statuses } from "../endpoints/fields.ts";

/** What billing answers with, for its description. Tests hold the presenters to it, to the letter. */
export const answers = z.registry<{ id: string }>();

const named = <T extends z.ZodType>(id: string, schema: T): T => {
  answers.add(schema, { id });
  return schema;
};

const day = z.iso.date();
const instant = z.iso.datetime();
const version = z.int().min(0);
const amount = z.int();

const money = named("Money", z.strictObject({ amount, currency: z.string().length(3) }));

export const settings = named(
  "Settings",
  z.strictObject({
    legal_name: z.string(),
    address: z.string(),
    tax_id: z.string().nullable(),
    timezone: z.string(),
    currency: z.string(),
    number_prefix: z.string(),
    payment_terms_days: z.int(),
    locale: z.string(),
    version,
  }),
);

export const customer = named(
  "Customer",
  z.strictObject({
    id: z.uuid(),
    external_id: z.string().nullable(),
    name: z.string(),
    email: z.string(),
    address: z.string().nullable(),
    tax_id: z.string().nullable(),
    owner_sub: z.string().nullable(),
    version,
    created_at: instant,
    updated_at: instant,
    archived_at: instant.nullable(),
  }),
);

const summary = {
  id: z.uuid(),
  external_id: z.string().nullable(),
  customer_id: z.uuid(),
  status: z.enum(statuses),
  overdue: z.boolean(),
  number: z.string().nullable(),
  currency: z.string(),
  subtotal: money,
  tax: money,
  total: money,
  paid: money,
  credited: money,
  due: money,
  due_days: z.int().nullable(),
  issued_on: day.nullable(),
  due_on: day.nullable(),
  created_by: z.string(),
  version,
  created_at: instant,
  updated_at: instant,
};

export const invoiceSummary = named("InvoiceSummary", z.strictObject(summary));

const taxShare = named("TaxShare", z.strictObject({ rate_ppm: z.int(), taxable: amount, amount }));

const party = named(
  "Party",
  z.strictObject({
    name: z.string(),
    address: z.string().nullable(),
    tax_id: z.string().nullable(),
    email: z.string().optional(),
    timezone: z.string().optional(),
    locale: z.string().optional(),
  }),
);

const entry = named(
  "LedgerEntry",
  z.strictObject({
    id: z.uuid(),
    kind: z.enum(["charge", "payment", "reversal", "credit", "void"]),
    amount,
    tax_split: z.array(taxShare),
    number: z.string().nullable(),
    reference: z.string().nullable(),
    method: z.string().nullable(),
    reason: z.string().nullable(),
    reverses: z.uuid().nullable(),
    occurred_on: day,
    created_at: instant,
  }),
);

const line = named(
  "InvoiceLine",
  z.strictObject({
    position: z.int(),
    description: z.string(),
    quantity: z.string(),
    unit_amount: amount,
    tax_rate_ppm: z.int(),
    amount,
  }),
);

export const invoice = named(
  "Invoice",
  z.strictObject({
    ...summary,
    seller: party.nullable(),
    buyer: party.nullable(),
    lines: z.array(line),
    taxes: z.array(taxShare),
    ledger: z.array(entry),
    allowed_actions: z.array(z.string()),
  }),
);

export const moved = named("Moved", z.strictObject({ entry, invoice }));

const event = named(
  "Event",
  z.strictObject({
    seq: z.int(),
    id: z.uuid(),
    type: z.enum(eventTypes),
    entity: z.enum(["settings", "customer", "invoice"]),
    entity_id: z.uuid(),
    entity_version: z.int(),
    actor_sub: z.string(),
    client_id: z.string(),
    request_id: z.string(),
    data: z.looseObject({}),
    occurred_at: instant,
    prev_hash: z.string(),
    hash: z.string(),
  }),
);

export const eventPage = named(
  "EventPage",
  z.strictObject({ data: z.array(event), next_after_seq: z.int(), has_more: z.boolean() }),
);

const pageOf = <T extends z.ZodType>(row: T) =>
  z.strictObject({ data: z.array(row), next_cursor: z.string().nullable(), has_more: z.boolean() });

export const customerPage = named("CustomerPage", pageOf(customer));
export const invoicePage = named("InvoicePage", pageOf(invoiceSummary));

/** RFC 9457, with what some refusals tell besides. */
export const refusal = named(
  "Problem",
  z.looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    instance: z.string(),
    code: z.string(),
    request_id: z.string(),
    errors: z.array(z.looseObject({ code: z.string(), detail: z.string() })).optional(),
  }),
);
