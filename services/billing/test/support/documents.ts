import { type InvoiceDocument, invoiceDocument } from "../../src/documents/invoice-document.ts";
import { draftInvoice, type LineItem } from "../../src/domain/invoice-draft.ts";
import type { Party } from "../../src/domain/party.ts";
import type { InvoiceLine, InvoiceTax } from "../../src/store/invoice-parts.ts";
import type { Invoice } from "../../src/store/invoices.ts";

const seller: Party = {
  name: "Nordwind Werkstätten GmbH",
  address: "Speicherstraße 12\n20457 Hamburg\nGermany",
  tax_id: "DE812345678",
  timezone: "Europe/Berlin",
  locale: "en-GB",
};

const buyer: Party = {
  name: "Ada Lovelace & Søns",
  address: "1 Engine Row\nLondon W1J 7NT",
  tax_id: "GB123456789",
  email: "accounts@example.com",
};

export const items: readonly LineItem[] = [
  {
    description: "Consulting, March",
    quantity: "12.5",
    unit_amount: 9_500n,
    tax_rate_ppm: 190_000,
  },
  {
    description: "Hosting <production>",
    quantity: "1",
    unit_amount: 4_900n,
    tax_rate_ppm: 190_000,
  },
  {
    description: "Handbook “Engines”, 3rd edition",
    quantity: "3",
    unit_amount: 2_450n,
    tax_rate_ppm: 70_000,
  },
  { description: "Loyalty discount", quantity: "1", unit_amount: -5_000n, tax_rate_ppm: 190_000 },
];

type Change = {
  items?: readonly LineItem[];
  seller?: Partial<Party>;
  buyer?: Partial<Party>;
  currency?: string;
};

/** The document of an invoice as it would come from the database. */
export function sampleDocument(change: Change = {}): InvoiceDocument {
  const draft = draftInvoice(change.items ?? items);
  const { subtotal, tax, total } = draft;
  const ids = { tenant_id: "t", invoice_id: "i" };
  const invoice = {
    ...{ subtotal, tax, total, currency: change.currency ?? "EUR" },
    number: "INV-000042",
    issued_on: "2026-03-31",
    due_on: "2026-04-30",
    seller_snapshot: { ...seller, ...change.seller },
    buyer_snapshot: { ...buyer, ...change.buyer },
  } as Invoice; // what no document reads is left out
  const lines: InvoiceLine[] = draft.lines.map((line) => ({ ...ids, ...line }));
  const taxes: InvoiceTax[] = draft.taxes.map((each) => ({ ...ids, ...each }));
  return invoiceDocument({ invoice, lines, taxes });
}
