import { type Kysely, sql } from "kysely";

/**
 * Failed attempts to authenticate, for all replicas together: by a hash of whose and from where, with
 * times in milliseconds since 1970. And where people logged in, by a hash of the same.
 */
export async function createAttempts(db: Kysely<unknown>, appRole: string): Promise<void> {
  await sql`
    CREATE TABLE attempts (
      key text PRIMARY KEY,
      followed boolean NOT NULL,
      failures integer NOT NULL,
      rests_until bigint NOT NULL,
      expires_at bigint NOT NULL
    )`.execute(db);
  await sql`CREATE INDEX attempts_expiry ON attempts (expires_at)`.execute(db);
  await sql`CREATE INDEX attempts_followed ON attempts (rests_until) WHERE followed`.execute(db);
  await sql`
    CREATE TABLE known_addresses (
      key text PRIMARY KEY,
      expires_at timestamptz NOT NULL
    )`.execute(db);
  await sql`CREATE INDEX known_addresses_expiry ON known_addresses (expires_at)`.execute(db);
  await sql`INSERT INTO versions (name) VALUES ('attempts')`.execute(db);
  await sql`GRANT SELECT, INSERT, UPDATE, DELETE ON attempts, known_addresses
    TO ${sql.id(appRole)}`.execute(db);
}
