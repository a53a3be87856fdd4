import type { Selectable } from "kysely";
import type { Draft } from "../domain/invoice-draft.ts";
import type { Tables } from "./tables.ts";
import type { TenantTransaction } from "./tenant-transaction.ts";

export type InvoiceLine = Selectable<Tables["invoice_line"]>;
export type InvoiceTax = Selectable<Tables["invoice_tax"]>;

export type Parts = { lines: InvoiceLine[]; taxes: InvoiceTax[] };

export async function findParts(
  { sql, principal }: TenantTransaction,
  invoiceId: string,
): Promise<Parts> {
  const lines = await sql
    .selectFrom("invoice_line")
    .where("tenant_id", "=", principal.tenant)
    .where("invoice_id", "=", invoiceId)
    .orderBy("position")
    .selectAll()
    .execute();
  const taxes = await sql
    .selectFrom("invoice_tax")
    .where("tenant_id", "=", principal.tenant)
    .where("invoice_id", "=", invoiceId)
    .orderBy("rate_ppm")
    .selectAll()
    .execute();
  return { lines, taxes };
}

export async function insertParts(
  tx: TenantTransaction,
  id: string,
  draft: Pick<Draft, "lines" | "taxes">,
): Promise<Parts> {
  const part = { tenant_id: tx.principal.tenant, invoice_id: id };
  const lines = await tx.sql
    .insertInto("invoice_line")
    .values(draft.lines.map((line) => ({ ...part, ...line })))
    .returningAll()
    .execute();
  const taxes = await tx.sql
    .insertInto("invoice_tax")
    .values(draft.taxes.map((tax) => ({ ...part, ...tax })))
    .returningAll()
    .execute();
  return { lines, taxes };
}

export async function deleteParts({ sql, principal }: TenantTransaction, id: string) {
  for (const part of ["invoice_line", "invoice_tax"] as const) {
    await sql
      .deleteFrom(part)
      .where("tenant_id", "=", principal.tenant)
      .where("invoice_id", "=", id)
      .execute();
  }
}
