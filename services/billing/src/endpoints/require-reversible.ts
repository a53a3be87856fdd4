import { sum } from "../domain/money.ts";
import { problem } from "../problems.ts";
import type { Invoice } from "../store/invoices.ts";
import { listLedger } from "../store/ledger.ts";
import type { TenantTransaction } from "../store/tenant-transaction.ts";
import { bodyFault } from "./body-fault.ts";

/** Only a payment of this invoice can be reversed, and all its reversals together only once. */
export async function requireReversible(
  tx: TenantTransaction,
  invoice: Invoice,
  { reverses, amount }: { reverses: string; amount: bigint },
): Promise<void> {
  const ledger = await listLedger(tx, invoice.id);
  const payment = ledger.find(
    ({ id, kind }) => id === reverses.toLowerCase() && kind === "payment",
  );
  if (payment === undefined) {
    throw bodyFault("/reverses", "not_found", "This invoice has no such payment");
  }
  const reversed = ledger.filter((entry) => entry.reverses === payment.id);
  const reversible = -payment.amount - sum(reversed.map((entry) => entry.amount));
  if (amount > reversible) {
    throw problem("reversal_exceeds_payment", { extensions: { reversible: Number(reversible) } });
  }
}
