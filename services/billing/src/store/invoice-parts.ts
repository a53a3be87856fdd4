import type { Selectable } from "kysely";
import type { Draft } from "../domain/invoice-draft.ts";
import type { Tables } from "./tables.ts";
import type { TenantTransaction } from "./tenant-transaction.ts";

export type InvoiceLine = Selectable<Tables["invoice_line"]>;
export type InvoiceTax = Selectable<Tables["invoice_tax"]>;

export async function findParts({ sql, principal }: TenantTransaction, invoiceId: string) {
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
  { lines, taxes }: Pick<Draft, "lines" | "taxes">,
): Promise<void> {
  const part = { tenant_id: tx.principal.tenant, invoice_id: id };
  await tx.sql
    .insertInto("invoice_line")
    .values(lines.map((line) => ({ ...part, ...line })))
    .execute();
  await tx.sql
    .insertInto("invoice_tax")
    .values(taxes.map((tax) => ({ ...part, ...tax })))
    .execute();
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
