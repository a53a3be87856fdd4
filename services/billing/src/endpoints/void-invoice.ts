import * as z from "zod";
import type { Tax } from "../domain/invoice-draft.ts";
import { voidAccount } from "../domain/settlement.ts";
import { endpoint } from "../endpoint.ts";
import { updateSettled } from "../store/invoice-changes.ts";
import { findParts } from "../store/invoice-parts.ts";
import { insertLedgerEntry } from "../store/ledger.ts";
import { reason } from "./fields.ts";
import { holdInvoice, todayOf } from "./hold-invoice.ts";
import { namingTransitions } from "./naming-transitions.ts";
import { recordInvoiceEvent } from "./record-invoice-event.ts";
import { answerInvoice } from "./show-invoice.ts";

const body = z.strictObject({ reason });

export const voidInvoice = endpoint({
  name: "voidInvoice",
  summary: "Takes an invoice back as a whole; it keeps its number and is owed no more",
  method: "POST",
  path: "/v1/invoices/{id}/void",
  scope: "invoices:finalize",
  roles: ["accountant"],
  body,
  ifMatch: "version",
  async handle({ tx, id, body: { reason }, requireVersion }) {
    const seen = await holdInvoice(tx, id);
    requireVersion(seen.version);

    const invoice = await updateSettled(
      tx,
      seen,
      namingTransitions(() => voidAccount(seen)),
    );
    const { taxes } = await findParts(tx, id);
    const occurredOn = await todayOf(tx);
    const entry = { invoice_id: id, amount: -seen.total, taxes: taxes.map(negated), reason };
    await insertLedgerEntry(tx, { kind: "void", ...entry, occurredOn });
    const data = { number: invoice.number, reason };
    await recordInvoiceEvent(tx, "invoice.voided", invoice, data);
    return await answerInvoice(tx, invoice);
  },
});

function negated({ rate_ppm, taxable, amount }: Tax): Tax {
  return { rate_ppm, taxable: -taxable, amount: -amount };
}
