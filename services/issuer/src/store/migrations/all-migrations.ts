import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import { createSigningKeys } from "./0001-signing-keys.ts";

type Step = (db: Kysely<unknown>, appRole: string) => Promise<void>;

/** In this order, each once. They run as the owner; `appRole` is what the issuer logs in as. */
const steps: Record<string, Step> = {
  "0001-signing-keys": createSigningKeys,
};

export function allMigrations(appRole: string): Record<string, Migration> {
  const migrations = Object.entries(steps).map(([name, step]) => [
    name,
    { up: (db: Kysely<unknown>) => step(db, appRole) },
  ]);
  return Object.fromEntries(migrations);
}

/** The app role comes in, sees what it was granted, and makes nothing. */
export async function admitAppRole(db: Kysely<unknown>, appRole: string, database: string) {
  const role = sql.id(appRole);
  await sql`GRANT CONNECT ON DATABASE ${sql.id(database)} TO ${role}`.execute(db);
  await sql`GRANT USAGE ON SCHEMA public TO ${role}`.execute(db);
}
