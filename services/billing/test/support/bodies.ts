import { randomUUID } from "node:crypto";
import type { TestCaller } from "./start-billing.ts";

/** Bodies that are accepted, for tests that are about something else. */
export const customerBody = { name: "Ada Lovelace", email: "ada@example.com" };

export const settingsBody = {
  legal_name: "Analytical Engines Ltd",
  address: "1 Engine Row\nLondon",
  tax_id: "GB123456789",
  timezone: "Europe/London",
  currency: "GBP",
  number_prefix: "AE-",
  payment_terms_days: 14,
  locale: "en-GB",
};

export function invoiceBody(customerId: string) {
  return {
    customer_id: customerId,
    currency: "EUR",
    lines: [{ description: "Consulting", quantity: 2, unit_amount: 5_000, tax_rate_ppm: 200_000 }],
  };
}

export async function createCustomer(caller: TestCaller, body: object = {}): Promise<string> {
  const created = await caller.post("/v1/customers", { ...customerBody, ...body });
  if (created.status !== 201) throw new Error(`no customer: ${created.text}`);
  return created.json.id;
}

/** A draft, for a new customer unless one is named. */
export async function createDraft(caller: TestCaller, body: object = {}): Promise<string> {
  const customerId = "customer_id" in body ? "" : await createCustomer(caller);
  const created = await caller.post("/v1/invoices", { ...invoiceBody(customerId), ...body });
  if (created.status !== 201) throw new Error(`no draft: ${created.text}`);
  return created.json.id;
}

export function finalize(caller: TestCaller, id: string, headers: Record<string, string> = {}) {
  return caller.post(`/v1/invoices/${id}/finalize`, {}, { "if-match": '"1"', ...headers });
}

/** An open invoice over 120.00 EUR, 20.00 of it tax, unless the body says otherwise. */
export async function createOpen(caller: TestCaller, body: object = {}): Promise<string> {
  const id = await createDraft(caller, body);
  const open = await finalize(caller, id);
  if (open.status !== 200) throw new Error(`not open: ${open.text}`);
  return id;
}

export function paymentBody(amount: number, change: object = {}) {
  return {
    kind: "payment",
    amount,
    currency: "EUR",
    method: "bank_transfer",
    reference: randomUUID(),
    received_on: "2026-01-15",
    ...change,
  };
}

export function reversalBody(reverses: string, amount: number, change: object = {}) {
  const { method, ...moved } = paymentBody(amount);
  return { ...moved, kind: "reversal", reverses, ...change };
}
