import * as z from "zod";
import { splitCredit } from "../domain/credit-split.ts";
import { invoiceNumber } from "../domain/invoice.ts";
import { negated, type Tax } from "../domain/invoice-draft.ts";
import { creditNoteSeries } from "../domain/settings.ts";
import { amountDue, settleByCredit } from "../domain/settlement.ts";
import { endpoint } from "../endpoint.ts";
import { nextDocument } from "../store/counters.ts";
import { findParts } from "../store/invoice-parts.ts";
import type { Invoice } from "../store/invoices.ts";
import { listLedger, taxesOf } from "../store/ledger.ts";
import type { TenantTransaction } from "../store/tenant-transaction.ts";
import { positiveAmount, reason } from "./fields.ts";
import { holdInvoice, todayOf } from "./hold-invoice.ts";
import { moveMoney } from "./move-money.ts";
import { namingTransitions } from "./naming-transitions.ts";

const body = z
  .strictObject({
    /** Credits all that is due. */
    full: z.literal(true).optional(),
    /** In the invoice's currency, tax included. */
    amount: positiveAmount.optional(),
    reason,
  })
  .refine(({ full, amount }) => (full === undefined) !== (amount === undefined), {
    path: ["amount"],
    params: { code: "one_of" },
    error: "Either full or an amount is needed, and not both",
  });

export const issueCreditNote = endpoint({
  name: "issueCreditNote",
  summary: "Forgives what is due, or a part of it, by a numbered credit note",
  method: "POST",
  path: "/v1/invoices/{id}/credit-notes",
  scope: "invoices:finalize",
  roles: ["accountant"],
  body,
  async handle({ tx, id, body }) {
    const seen = await holdInvoice(tx, id);
    const amount = body.amount ?? amountDue(seen);
    const settled = namingTransitions(() => settleByCredit(seen, amount), "credit_exceeds_due");

    const taxes = (await split(tx, seen, amount)).map(negated);
    const occurredOn = await todayOf(tx);
    const series = { kind: "credit-note", series: creditNoteSeries, issuedOn: occurredOn } as const;
    const number = invoiceNumber(creditNoteSeries, await nextDocument(tx, series));
    const details = { number, reason: body.reason };
    const entry = { kind: "credit", amount: -amount, taxes, occurredOn, ...details } as const;
    return await moveMoney(tx, seen, { settled, entry, event: "credit_note.created" });
  },
});

async function split(tx: TenantTransaction, { id }: Invoice, amount: bigint): Promise<Tax[]> {
  const { taxes } = await findParts(tx, id);
  const ledger = await listLedger(tx, id);
  const earlier = ledger.filter(({ kind }) => kind === "credit").map(taxesOf);
  return splitCredit(
    amount,
    taxes,
    earlier.map((each) => each.map(negated)),
  );
}
