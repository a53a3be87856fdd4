import type { Selectable } from "kysely";
import type { Day } from "../domain/calendar.ts";
import type { Status } from "../domain/invoice.ts";
import type { Draft } from "../domain/invoice-draft.ts";
import { problem } from "../problems.ts";
import { isId, newId } from "./ids.ts";
import { insertParts, type Parts } from "./invoice-parts.ts";
import type { Tables } from "./tables.ts";
import type { TenantTransaction } from "./tenant-transaction.ts";

export type Invoice = Selectable<Tables["invoice"]>;

/** The invoices that this caller may see. Row-level security says the same once more. */
function visible({ sql, principal }: TenantTransaction) {
  const ofTenant = sql.selectFrom("invoice").where("invoice.tenant_id", "=", principal.tenant);
  if (principal.access === "staff") return ofTenant;
  return ofTenant
    .where("status", "<>", "draft")
    .where((where) =>
      where.exists(
        where
          .selectFrom("customer")
          .whereRef("customer.tenant_id", "=", "invoice.tenant_id")
          .whereRef("customer.id", "=", "invoice.customer_id")
          .where("customer.owner_sub", "=", principal.subject),
      ),
    );
}

export async function findInvoice(tx: TenantTransaction, id: string) {
  if (!isId(id)) return undefined;
  return await visible(tx).where("invoice.id", "=", id).selectAll("invoice").executeTakeFirst();
}

/** Finds an invoice and holds it until the transaction ends. The first of every lock. */
export async function lockInvoice(tx: TenantTransaction, id: string) {
  if (!isId(id)) return undefined;
  return await visible(tx)
    .where("invoice.id", "=", id)
    .selectAll("invoice")
    .forUpdate()
    .executeTakeFirst();
}

export type NewInvoice = Pick<Invoice, "external_id" | "customer_id" | "currency" | "due_days">;

export async function insertDraft(
  tx: TenantTransaction,
  invoice: NewInvoice,
  draft: Draft,
): Promise<{ invoice: Invoice; parts: Parts }> {
  const { tenant, subject } = tx.principal;
  const { subtotal, tax, total } = draft;
  const inserted = await tx.sql
    .insertInto("invoice")
    .values({
      ...invoice,
      tenant_id: tenant,
      id: newId(),
      status: "draft",
      subtotal,
      tax,
      total,
      created_by: subject,
      version: 1,
      created_at: tx.now,
      updated_at: tx.now,
    })
    .onConflict((conflict) => conflict.columns(["tenant_id", "external_id"]).doNothing())
    .returningAll()
    .executeTakeFirst();
  if (inserted === undefined) {
    await refuseTakenExternalId(tx, invoice.external_id);
    throw problem("duplicate_external_id"); // it was taken, and given up again, in between
  }
  return { invoice: inserted, parts: await insertParts(tx, inserted.id, draft) };
}

/** Names the invoice that has an external_id already. */
export async function refuseTakenExternalId(
  { sql, principal }: TenantTransaction,
  wanted: string | null,
): Promise<void> {
  if (wanted === null) return;
  const taken = await sql
    .selectFrom("invoice")
    .select("id")
    .where("tenant_id", "=", principal.tenant)
    .where("external_id", "=", wanted)
    .executeTakeFirst();
  if (taken === undefined) return;
  throw problem("duplicate_external_id", { extensions: { existing_id: taken.id } });
}

export type InvoiceFilter = {
  status?: readonly Status[] | undefined;
  customer_id?: string | undefined;
  number?: string | undefined;
  currency?: string | undefined;
  issuedFrom?: Day | undefined;
  issuedTo?: Day | undefined;
  due_before?: Day | undefined;
  overdue?: boolean | undefined;
};

export async function listInvoices(
  tx: TenantTransaction,
  filter: InvoiceFilter & { today: Day },
  { before, count }: { before: string | undefined; count: number },
): Promise<Invoice[]> {
  const { customer_id, number, currency, issuedFrom, issuedTo, due_before } = filter;
  let query = visible(tx);
  if (customer_id !== undefined) query = query.where("customer_id", "=", customer_id);
  if (number !== undefined) query = query.where("number", "=", number);
  if (currency !== undefined) query = query.where("currency", "=", currency);
  if (issuedFrom !== undefined) query = query.where("issued_on", ">=", issuedFrom);
  if (issuedTo !== undefined) query = query.where("issued_on", "<=", issuedTo);
  if (due_before !== undefined) query = query.where("due_on", "<", due_before);
  if (filter.overdue !== undefined) {
    query = query.where((where) => {
      const overdue = where.and([
        where("status", "=", "open"),
        where("due_on", "is not", null),
        where("due_on", "<", filter.today),
      ]);
      return filter.overdue === true ? overdue : where.not(overdue);
    });
  }
  if (before !== undefined) query = query.where("invoice.id", "<", before);
  const page = query.orderBy("invoice.id", "desc").limit(count).selectAll("invoice");
  if (filter.status === undefined) return await page.execute();

  // Each state by itself: its index knows their order, that of several states together does not.
  const found: Invoice[] = [];
  for (const status of new Set(filter.status)) {
    found.push(...(await page.where("status", "=", status).execute()));
  }
  return found.sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, count);
}
