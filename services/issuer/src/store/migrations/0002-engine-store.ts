import { type Kysely, sql } from "kysely";

/**
 * What the engine keeps: codes, refresh tokens, grants, sessions, each under the SHA-256 of its
 * identifier, as that often is the credential itself; and what may be used once only.
 */
export async function createEngineStore(db: Kysely<unknown>, appRole: string): Promise<void> {
  await sql`
    CREATE TABLE engine_records (
      model text NOT NULL,
      id_hash text NOT NULL,
      payload text NOT NULL,
      uid text,
      grant_id text,
      uses integer NOT NULL DEFAULT 0,
      first_used_at timestamptz,
      expires_at timestamptz NOT NULL,
      PRIMARY KEY (model, id_hash),
      CHECK ((uses = 0) = (first_used_at IS NULL))
    )`.execute(db);
  await sql`CREATE INDEX engine_records_grant ON engine_records (grant_id)
    WHERE grant_id IS NOT NULL`.execute(db);
  await sql`CREATE INDEX engine_records_uid ON engine_records (model, uid)
    WHERE uid IS NOT NULL`.execute(db);
  await sql`CREATE INDEX engine_records_expiry ON engine_records (expires_at)`.execute(db);
  await sql`
    CREATE TABLE used_once (
      key text PRIMARY KEY,
      expires_at timestamptz NOT NULL
    )`.execute(db);
  await sql`CREATE INDEX used_once_expiry ON used_once (expires_at)`.execute(db);
  const role = sql.id(appRole);
  await sql`GRANT SELECT, INSERT, UPDATE, DELETE ON engine_records, used_once TO ${role}`.execute(
    db,
  );
}
