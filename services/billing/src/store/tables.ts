import type { ColumnType, Generated, JSONColumnType } from "kysely";
import type { Party } from "../domain/party.ts";

/** Dates are text as YYYY-MM-DD: a JavaScript Date would drag a time zone in. */
type Json<T extends object> = JSONColumnType<T, string, string>;

/** Not selected for callers: only a worker that delivers events writes these. */
type Delivery<T> = ColumnType<T, never, T>;

/** What of an entry belongs to a rate, in minor units; small enough for a JSON number. */
export type TaxShare = { rate_ppm: number; taxable: number; amount: number };

export type Tables = {
  settings: {
    tenant_id: string;
    legal_name: string;
    address: string;
    tax_id: string | null;
    timezone: string;
    currency: string;
    number_prefix: string;
    payment_terms_days: number;
    locale: string;
    version: number;
    updated_at: Date;
  };
  customer: {
    tenant_id: string;
    id: string;
    external_id: string | null;
    name: string;
    email: string;
    address: string | null;
    tax_id: string | null;
    owner_sub: string | null;
    version: number;
    created_at: Date;
    updated_at: Date;
    archived_at: Date | null;
  };
  invoice: {
    tenant_id: string;
    id: string;
    external_id: string | null;
    customer_id: string;
    status: "draft" | "open" | "paid" | "uncollectible" | "void";
    number: string | null;
    series: string | null;
    seq: bigint | null;
    currency: string;
    due_days: number | null;
    subtotal: bigint;
    tax: bigint;
    total: bigint;
    paid: Generated<bigint>;
    credited: Generated<bigint>;
    issued_on: string | null;
    due_on: string | null;
    seller_snapshot: JSONColumnType<Party, string | null, string | null> | null;
    buyer_snapshot: JSONColumnType<Party, string | null, string | null> | null;
    created_by: string;
    version: number;
    created_at: Date;
    updated_at: Date;
  };
  invoice_line: {
    tenant_id: string;
    invoice_id: string;
    position: number;
    description: string;
    quantity: string;
    unit_amount: bigint;
    tax_rate_ppm: number;
    amount: bigint;
  };
  invoice_tax: {
    tenant_id: string;
    invoice_id: string;
    rate_ppm: number;
    taxable: bigint;
    amount: bigint;
  };
  ledger_entry: {
    tenant_id: string;
    id: string;
    invoice_id: string;
    kind: "charge" | "payment" | "reversal" | "credit" | "void";
    amount: bigint;
    tax_split: Json<TaxShare[]>;
    number: string | null;
    reference: string | null;
    method: string | null;
    reason: string | null;
    reverses: string | null;
    occurred_on: string;
    actor: string;
    created_at: Date;
  };
  counter: { tenant_id: string; series: string; next_value: bigint; last_issued_on: string | null };
  event: {
    tenant_id: string;
    seq: bigint;
    id: string;
    type: string;
    entity: string;
    entity_id: string;
    entity_version: number;
    actor_sub: string;
    client_id: string;
    request_id: string;
    data: Json<object>;
    occurred_at: Date;
    prev_hash: string;
    hash: string;
    delivered_at: Delivery<Date | null>;
    attempts: Delivery<number>;
    next_attempt_at: Delivery<Date | null>;
  };
  idempotency_key: {
    tenant_id: string;
    client_id: string;
    sub: string;
    key: string;
    fingerprint: string;
    status: number;
    headers: Json<Record<string, string>>;
    body: string;
    expires_at: Date;
  };
};
