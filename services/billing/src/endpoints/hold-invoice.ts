import { type Day, dayIn } from "../domain/calendar.ts";
import { problem } from "../problems.ts";
import { type Invoice, lockInvoice } from "../store/invoices.ts";
import { findSettings } from "../store/settings.ts";
import type { TenantTransaction } from "../store/tenant-transaction.ts";

/** Finds an invoice and holds it until the transaction ends, or 404. */
export async function holdInvoice(tx: TenantTransaction, id: string): Promise<Invoice> {
  const invoice = await lockInvoice(tx, id);
  if (invoice === undefined) throw problem("not_found");
  return invoice;
}

/** Which day it is where the tenant is. */
export async function todayOf(tx: TenantTransaction): Promise<Day> {
  const { timezone } = await findSettings(tx);
  return dayIn(timezone, tx.now);
}
