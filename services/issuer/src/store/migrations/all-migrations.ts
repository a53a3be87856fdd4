import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import { createSigningKeys } from "./0001-signing-keys.ts";
import { createEngineStore } from "./0002-engine-store.ts";
import { createVersions } from "./0003-versions.ts";
import { createRevocations } from "./0004-revocations.ts";
import { createAuditEvents } from "./0005-audit-events.ts";
import { createClients } from "./0006-clients.ts";
import { addKeyLife } from "./0007-key-life.ts";
import { createUsers } from "./0008-users.ts";
import { createAttempts } from "./0009-attempts.ts";
import { createConsents } from "./0010-consents.ts";

type Step = (db: Kysely<unknown>, appRole: string) => Promise<void>;

/** In this order, each once. They run as the owner; `appRole` is what the issuer logs in as. */
const steps: Record<string, Step> = {
  "0001-signing-keys": createSigningKeys,
  "0002-engine-store": createEngineStore,
  "0003-versions": createVersions,
  "0004-revocations": createRevocations,
  "0005-audit-events": createAuditEvents,
  "0006-clients": createClients,
  "0007-key-life": addKeyLife,
  "0008-users": createUsers,
  "0009-attempts": createAttempts,
  "0010-consents": createConsents,
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
