import { type Kysely, sql } from "kysely";

/** Nothing set means no rows: after a transaction the setting reads '' and not NULL. */
export const currentTenant = "nullif(current_setting('app.tenant_id', true), '')::uuid";
export const currentSubject = "nullif(current_setting('app.sub', true), '')";

type Guard = {
  appRole: string;
  /** What the service may do with the table, such as "SELECT, INSERT". */
  grants: string;
  /** Which rows an end user may read; left out: none. */
  endUserReads?: string;
};

/**
 * Puts a table behind forced row-level security. Staff and services see their tenant's rows; an
 * end user (`app.access` = self) reads those that `endUserReads` describes and writes nothing.
 */
export async function guardTable(db: Kysely<unknown>, table: string, guard: Guard): Promise<void> {
  const mine = `tenant_id = ${currentTenant}`;
  const isStaff = `${mine} AND current_setting('app.access', true) = 'staff'`;
  await run(db, [
    `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`,
    `ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`,
    `CREATE POLICY ${table}_staff ON ${table} USING (${isStaff}) WITH CHECK (${isStaff})`,
    `GRANT ${guard.grants} ON ${table} TO ${quoted(guard.appRole)}`,
  ]);
  if (guard.endUserReads === undefined) return;
  const isSelf = `${mine} AND current_setting('app.access', true) = 'self'`;
  await run(db, [
    `CREATE POLICY ${table}_end_user ON ${table} FOR SELECT
       USING (${isSelf} AND (${guard.endUserReads}))`,
  ]);
}

/** Runs statements that are ours alone: nothing of a request ever gets here. */
export async function run(db: Kysely<unknown>, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

export function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
