import { ConfigError } from "@tollgate/shared/config";
import { sql } from "kysely";
import type { Database } from "./database.ts";
import { NotReadyError } from "./failures.ts";
import { schemaVersion } from "./migrations/all-migrations.ts";

export type RoleGuard = {
  /** Resolves when the database may be used; rejects with a fault, or with why it cannot be yet. */
  check(): Promise<void>;
  /** Rejects once when the role could get around row-level security: then we must not serve. */
  readonly fault: Promise<never>;
};

/**
 * Refuses to work under a role that row-level security does not hold: a superuser, one that
 * bypasses it, an owner of tables; or on tables that do not force it. Looked at once per process,
 * as soon as the database can be reached and is migrated.
 */
export function createRoleGuard(db: Database): RoleGuard {
  const { promise: fault, reject } = Promise.withResolvers<never>();
  fault.catch(() => {}); // whoever waits for it hears of it; nobody has to
  let passed: Promise<void> | undefined;

  async function look(): Promise<void> {
    await requireSchema(db);
    const faults = [...(await roleFaults(db)), ...(await tableFaults(db))];
    if (faults.length === 0) return;
    const error = new ConfigError(faults.map((each) => `BILLING_DATABASE_URL ${each}`));
    reject(error);
    throw new NotReadyError(error.message);
  }

  return {
    fault,
    check() {
      passed ??= look().catch((error) => {
        passed = undefined;
        throw error;
      });
      return passed;
    },
  };
}

/** A schema that is newer than ours is fine: it is what a rolling upgrade looks like. */
export async function requireSchema(db: Database): Promise<void> {
  const { rows } = await sql`SELECT FROM kysely_migration WHERE name = ${schemaVersion}`.execute(
    db,
  );
  if (rows.length === 0) throw new NotReadyError(`the schema is older than ${schemaVersion}`);
}

async function roleFaults(db: Database): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    SELECT rolname AS name FROM pg_roles
    WHERE (rolsuper OR rolbypassrls) AND pg_has_role(current_user, oid, 'member')`.execute(db);
  return rows.map(
    ({ name }) => `logs in as a role with the rights of ${name}, whom no policy holds`,
  );
}

async function tableFaults(db: Database): Promise<string[]> {
  const { rows } = await sql<{ name: string; owned: boolean; forced: boolean }>`
    SELECT c.relname AS name, pg_has_role(current_user, c.relowner, 'member') AS owned,
      c.relrowsecurity AND c.relforcerowsecurity AS forced
    FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
      AND c.relname NOT LIKE 'kysely_migration%'`.execute(db);
  return rows.flatMap(({ name, owned, forced }) => [
    ...(owned ? [`logs in as a role that owns the table ${name}`] : []),
    ...(forced ? [] : [`leads to a table ${name} without forced row-level security`]),
  ]);
}
