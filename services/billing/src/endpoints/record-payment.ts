import * as z from "zod";
import { reopenByReversal, settleByPayment } from "../domain/settlement.ts";
import { endpoint } from "../endpoint.ts";
import { problem } from "../problems.ts";
import type { Invoice } from "../store/invoices.ts";
import type { NewLedgerEntry } from "../store/ledger.ts";
import type { TenantTransaction } from "../store/tenant-transaction.ts";
import { bodyFault } from "./body-fault.ts";
import { currency, day, line, positiveAmount, reason } from "./fields.ts";
import { holdInvoice, todayOf } from "./hold-invoice.ts";
import { moveMoney } from "./move-money.ts";
import { namingTransitions } from "./naming-transitions.ts";
import { requireReversible } from "./require-reversible.ts";

const moved = {
  amount: positiveAmount,
  currency,
  received_on: day,
  reference: line(128).nullable().default(null),
};

const payment = z.strictObject({
  kind: z.literal("payment"),
  ...moved,
  method: z.enum(["bank_transfer", "direct_debit", "card", "cash", "cheque", "other"]),
});

const reversal = z.strictObject({
  kind: z.literal("reversal"),
  ...moved,
  reverses: z.uuid(),
  reason: reason.nullable().default(null),
});

const body = z.discriminatedUnion("kind", [payment, reversal]);

type Body = z.infer<typeof body>;

export const recordPayment = endpoint({
  name: "recordPayment",
  summary: "Records that money came in, or that some of it went back",
  method: "POST",
  path: "/v1/invoices/{id}/payments",
  scope: "payments:write",
  roles: ["accountant", "clerk"],
  rolesFor: ({ kind }) => (kind === "reversal" ? ["accountant"] : ["accountant", "clerk"]),
  body,
  async handle({ tx, id, body }) {
    // A late duplicate of a service outlives its key; the reference still stops it.
    if (tx.principal.isService && body.reference === null) {
      throw bodyFault("/reference", "required", "Services must name the movement they record");
    }
    const seen = await holdInvoice(tx, id);
    await requireSound(tx, seen, body);

    const entry = { taxes: [], reference: body.reference, occurredOn: body.received_on };
    if (body.kind === "payment") return await pay(tx, seen, { ...entry, ...body });
    return await reverse(tx, seen, { ...entry, ...body });
  },
});

async function requireSound(tx: TenantTransaction, invoice: Invoice, body: Body): Promise<void> {
  if (body.currency !== invoice.currency) {
    throw problem("currency_mismatch", { detail: `The invoice is in ${invoice.currency}` });
  }
  if (body.received_on > (await todayOf(tx))) {
    throw bodyFault("/received_on", "in_the_future", "It cannot be after today");
  }
}

type Movement = Pick<NewLedgerEntry, "taxes" | "occurredOn"> & { reference: string | null };

async function pay(
  tx: TenantTransaction,
  seen: Invoice,
  { amount, method, taxes, occurredOn, reference }: Movement & z.infer<typeof payment>,
) {
  const settled = namingTransitions(() => settleByPayment(seen, amount), "payment_exceeds_due");
  const entry = { kind: "payment", amount: -amount, taxes, occurredOn, reference, method } as const;
  return await moveMoney(tx, seen, { settled, entry, event: "payment.recorded" });
}

async function reverse(
  tx: TenantTransaction,
  seen: Invoice,
  { amount, reverses, reason, taxes, occurredOn, reference }: Movement & z.infer<typeof reversal>,
) {
  await requireReversible(tx, seen, { amount, reverses });
  const settled = namingTransitions(() => reopenByReversal(seen, amount));
  const details = { reference, reason, reverses };
  const entry = { kind: "reversal", amount, taxes, occurredOn, ...details } as const;
  return await moveMoney(tx, seen, { settled, entry, event: "payment.reversed" });
}
