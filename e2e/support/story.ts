import type { Client } from "./client.ts";

/** A draft of an invoice for a new customer: what most stories begin with. */
export async function createDraft(client: Client, token: string): Promise<{ path: string }> {
  const ada = { name: "Ada Lovelace", email: "ada@example.com" };
  const customer = await client.post("/billing/v1/customers", ada, { token });
  const lines = [{ description: "Engine", quantity: 2, unit_amount: 12_500 }];
  const order = { customer_id: customer.json.id, currency: "EUR", lines };
  const draft = await client.post("/billing/v1/invoices", order, { token });
  if (draft.status !== 201) throw new Error(`no draft: ${draft.status} ${draft.text}`);
  return { path: `/billing/v1/invoices/${draft.json.id}` };
}
