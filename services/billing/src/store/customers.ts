import type { Selectable } from "kysely";
import { problem } from "../problems.ts";
import { isId, newId } from "./ids.ts";
import type { Tables } from "./tables.ts";
import type { TenantTransaction } from "./tenant-transaction.ts";

export type Customer = Selectable<Tables["customer"]>;

export type NewCustomer = Pick<
  Customer,
  "external_id" | "name" | "email" | "address" | "tax_id" | "owner_sub"
>;

/** The customers that this caller may see. Row-level security says the same once more. */
function visible({ sql, principal }: TenantTransaction) {
  const ofTenant = sql.selectFrom("customer").where("tenant_id", "=", principal.tenant);
  if (principal.access === "staff") return ofTenant;
  return ofTenant.where("owner_sub", "=", principal.subject);
}

export async function findCustomer(tx: TenantTransaction, id: string) {
  if (!isId(id)) return undefined;
  return await visible(tx).where("id", "=", id).selectAll().executeTakeFirst();
}

export async function insertCustomer(
  tx: TenantTransaction,
  customer: NewCustomer,
): Promise<Customer> {
  const { tenant } = tx.principal;
  const inserted = await tx.sql
    .insertInto("customer")
    .values({
      ...customer,
      tenant_id: tenant,
      id: newId(),
      version: 1,
      created_at: tx.now,
      updated_at: tx.now,
      archived_at: null,
    })
    .onConflict((conflict) => conflict.columns(["tenant_id", "external_id"]).doNothing())
    .returningAll()
    .executeTakeFirst();
  if (inserted !== undefined) return inserted;
  await refuseTakenExternalId(tx, customer.external_id);
  throw problem("duplicate_external_id"); // it was taken, and given up again, in between
}

/** Names the customer that has an external_id already. */
async function refuseTakenExternalId(tx: TenantTransaction, wanted: string | null): Promise<void> {
  if (wanted === null) return;
  const taken = await tx.sql
    .selectFrom("customer")
    .select("id")
    .where("tenant_id", "=", tx.principal.tenant)
    .where("external_id", "=", wanted)
    .executeTakeFirst();
  if (taken === undefined) return;
  throw problem("duplicate_external_id", { extensions: { existing_id: taken.id } });
}

export type CustomerChange = NewCustomer & Pick<Customer, "archived_at">;

/** Changes a customer as it was seen, or 412 when somebody was faster. */
export async function updateCustomer(
  tx: TenantTransaction,
  seen: Customer,
  change: Partial<CustomerChange>,
): Promise<Customer> {
  const wanted = change.external_id ?? null;
  if (wanted !== seen.external_id) await refuseTakenExternalId(tx, wanted);
  const updated = await tx.sql
    .updateTable("customer")
    .set({ ...change, version: seen.version + 1, updated_at: tx.now })
    .where("tenant_id", "=", tx.principal.tenant)
    .where("id", "=", seen.id)
    .where("version", "=", seen.version)
    .returningAll()
    .executeTakeFirst();
  if (updated === undefined) throw problem("version_mismatch");
  return updated;
}

export type CustomerFilter = {
  q?: string | undefined;
  external_id?: string | undefined;
  archived: boolean;
};

export async function listCustomers(
  tx: TenantTransaction,
  { q, external_id, archived }: CustomerFilter,
  { before, count }: { before: string | undefined; count: number },
): Promise<Customer[]> {
  let query = visible(tx).where("archived_at", archived ? "is not" : "is", null);
  if (external_id !== undefined) query = query.where("external_id", "=", external_id);
  if (q !== undefined) {
    const pattern = `%${q.replaceAll(/[\\%_]/g, "\\$&")}%`;
    query = query.where((where) =>
      where.or([where("name", "ilike", pattern), where("email", "ilike", pattern)]),
    );
  }
  if (before !== undefined) query = query.where("id", "<", before);
  return await query.orderBy("id", "desc").limit(count).selectAll().execute();
}
