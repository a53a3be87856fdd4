import type { Party } from "../domain/party.ts";
import type { InvoiceLine, InvoiceTax } from "../store/invoice-parts.ts";
import type { Invoice } from "../store/invoices.ts";
import { createFormat } from "./format.ts";
import { type Words, wordsFor } from "./words.ts";

/** An invoice as it is read: every text as it is printed, whoever prints it. */
export type InvoiceDocument = {
  locale: string;
  words: Words;
  number: string;
  issuedOn: string;
  seller: PrintedParty;
  buyer: PrintedParty;
  facts: readonly { label: string; value: string }[];
  lines: readonly DocumentLine[];
  totals: readonly { label: string; value: string }[];
  total: { label: string; value: string };
  closing: string;
};

export type PrintedParty = { name: string; lines: readonly string[] };

export type DocumentLine = {
  description: string;
  quantity: string;
  unitPrice: string;
  taxRate: string;
  amount: string;
};

type Finalized = {
  invoice: Invoice;
  lines: readonly InvoiceLine[];
  taxes: readonly InvoiceTax[];
};

/**
 * Makes the document of a finalized invoice from what was frozen with it, and from nothing that can
 * still change: it reads the same on the day it was issued and ten years later.
 */
export function invoiceDocument({ invoice, lines, taxes }: Finalized): InvoiceDocument {
  const { number, issued_on, due_on, seller_snapshot: seller, buyer_snapshot: buyer } = invoice;
  if (number === null || issued_on === null || due_on === null || !seller || !buyer) {
    throw new TypeError("a draft has no document");
  }
  const { words, locale } = wordsFor(seller.locale ?? "en");
  const format = createFormat(locale, invoice.currency);
  const total = format.money(invoice.total);
  const dueOn = format.day(due_on);
  return {
    ...{ locale, words, number },
    seller: printed(seller, words),
    buyer: printed(buyer, words),
    issuedOn: issued_on,
    facts: [
      { label: words.number, value: number },
      { label: words.issuedOn, value: format.day(issued_on) },
      { label: words.dueOn, value: dueOn },
    ],
    lines: lines.map((line) => ({
      description: line.description,
      quantity: format.quantity(line.quantity),
      unitPrice: format.amount(line.unit_amount),
      taxRate: format.rate(line.tax_rate_ppm),
      amount: format.amount(line.amount),
    })),
    totals: [
      { label: words.subtotal, value: format.money(invoice.subtotal) },
      ...taxes.map(({ rate_ppm, taxable, amount }) => ({
        label: words.taxOn(format.rate(rate_ppm), format.money(taxable)),
        value: format.money(amount),
      })),
    ],
    total: { label: words.total, value: total },
    closing: invoice.total === 0n ? words.nothingToPay : words.pay(total, dueOn, number),
  };
}

function printed({ name, address, email, tax_id }: Party, words: Words): PrintedParty {
  const taxId = tax_id === null ? "" : `${words.taxId} ${tax_id}`;
  const lines = [...(address ?? "").split("\n"), email ?? "", taxId];
  return { name, lines: lines.filter((line) => line.trim() !== "") };
}

export function titleOf({ words, number, seller }: InvoiceDocument): string {
  return [`${words.invoice} ${number}`, seller.name].filter((part) => part !== "").join(" – ");
}

export function columnsOf({ words }: InvoiceDocument): string[] {
  return [words.description, words.quantity, words.unitPrice, words.taxRate, words.amount];
}

export function cellsOf(line: DocumentLine): string[] {
  return [line.description, line.quantity, line.unitPrice, line.taxRate, line.amount];
}
