import { negated } from "../domain/invoice-draft.ts";
import { voidAccount } from "../domain/settlement.ts";
import { findParts } from "../store/invoice-parts.ts";
import { insertLedgerEntry } from "../store/ledger.ts";
import { endingInvoice } from "./ending-invoice.ts";
import { todayOf } from "./hold-invoice.ts";

export const voidInvoice = endingInvoice({
  name: "voidInvoice",
  summary: "Takes an invoice back as a whole; it keeps its number and is owed no more",
  path: "/v1/invoices/{id}/void",
  rule: voidAccount,
  event: "invoice.voided",
  async enter(tx, { id, total }, reason) {
    const { taxes } = await findParts(tx, id);
    const occurredOn = await todayOf(tx);
    const entry = { invoice_id: id, amount: -total, taxes: taxes.map(negated), reason };
    await insertLedgerEntry(tx, { kind: "void", ...entry, occurredOn });
  },
});
