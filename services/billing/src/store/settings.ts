import { defaultSettings, type Settings } from "../domain/settings.ts";
import { problem } from "../problems.ts";
import type { TenantTransaction } from "./tenant-transaction.ts";

const columns = [
  "legal_name",
  "address",
  "tax_id",
  "timezone",
  "currency",
  "number_prefix",
  "payment_terms_days",
  "locale",
  "version",
] as const;

/** A tenant that never wrote its settings has the defaults, at version 0. */
export async function findSettings(tx: TenantTransaction): Promise<Settings> {
  const found = await tx.sql
    .selectFrom("settings")
    .select(columns)
    .where("tenant_id", "=", tx.principal.tenant)
    .executeTakeFirst();
  return found ?? defaultSettings;
}

/** Replaces the settings that were seen at `seen`, or 412 when somebody was faster. */
export async function replaceSettings(
  tx: TenantTransaction,
  seen: number,
  settings: Omit<Settings, "version">,
): Promise<Settings> {
  const values = { ...settings, version: seen + 1, updated_at: tx.now };
  const written =
    seen === 0
      ? await tx.sql
          .insertInto("settings")
          .values({ tenant_id: tx.principal.tenant, ...values })
          .onConflict((conflict) => conflict.column("tenant_id").doNothing())
          .returning(columns)
          .executeTakeFirst()
      : await tx.sql
          .updateTable("settings")
          .set(values)
          .where("tenant_id", "=", tx.principal.tenant)
          .where("version", "=", seen)
          .returning(columns)
          .executeTakeFirst();
  if (written === undefined) throw problem("version_mismatch");
  return written;
}
