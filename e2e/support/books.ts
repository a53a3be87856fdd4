import type { Client } from "./client.ts";
import { createStubbornWriter, type Write } from "./stubborn-writer.ts";

// biome-ignore lint/suspicious/noExplicitAny: what billing answers is what the tests look into
type Row = any;

export type Books = Awaited<ReturnType<typeof openBooks>>;

/** A tenant with a customer, drafts to finalize, and an open invoice to pay, over 250.00 EUR. */
export async function openBooks(client: Client, token: string, drafts: number) {
  const writer = createStubbornWriter(client, token);
  const invoices = "/billing/v1/invoices";
  const ada = { name: "Ada Lovelace", email: "ada@example.com" };
  const customer = await writer.write({ path: "/billing/v1/customers", body: ada });
  const draft = orderOf(customer.answer.json.id, { description: "Engine", unit_amount: 25_000 });
  const made = await Promise.all(Array.from({ length: drafts + 1 }, () => writer.write(draft)));
  const [open, ...rest] = made.map(({ answer }) => answer.json.id as string);
  await writer.write(finalizing(open as string));

  async function read(path: string): Promise<Row> {
    const answer = await client.get(path, { token });
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    return answer.json;
  }

  return {
    writer,
    drafts: rest,
    open: open as string,
    customer: customer.answer.json.id as string,
    read: (id: string) => read(`${invoices}/${id}`),

    async listInvoices(): Promise<Row[]> {
      const rows: Row[] = [];
      for (let cursor = ""; ; ) {
        const page = await read(`${invoices}?limit=100${cursor}`);
        rows.push(...page.data);
        if (!page.has_more) return rows;
        cursor = `&cursor=${page.next_cursor}`;
      }
    },

    async listEvents(): Promise<Row[]> {
      const rows: Row[] = [];
      for (let after = 0; ; ) {
        const page = await read(`/billing/v1/events?limit=100&after_seq=${after}`);
        rows.push(...page.data);
        if (!page.has_more) return rows;
        after = page.next_after_seq;
      }
    },
  };
}

export function orderOf(customer: string, line: object): Write {
  const body = { customer_id: customer, currency: "EUR", lines: [line] };
  return { path: "/billing/v1/invoices", body };
}

export function finalizing(id: string): Write {
  const path = `/billing/v1/invoices/${id}/finalize`;
  return { path, body: {}, headers: { "if-match": '"1"' } };
}

export function paying(id: string, amount: number, reference: string): Write {
  const money = { amount, currency: "EUR", received_on: "2026-01-15" };
  const body = { kind: "payment", ...money, method: "bank_transfer", reference };
  return { path: `/billing/v1/invoices/${id}/payments`, body };
}
