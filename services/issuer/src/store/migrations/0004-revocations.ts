import { type Kysely, sql } from "kysely";

/** What is revoked until its last token has expired; `seq` is the feed's order. */
export async function createRevocations(db: Kysely<unknown>, appRole: string): Promise<void> {
  await sql`
    CREATE TABLE revocations (
      kind text NOT NULL CHECK (kind IN ('token', 'subject', 'session', 'client', 'key')),
      value text NOT NULL,
      seq bigint NOT NULL UNIQUE,
      stamp text NOT NULL,
      not_before bigint NOT NULL,
      expires_at bigint NOT NULL,
      PRIMARY KEY (kind, value)
    )`.execute(db);
  await sql`CREATE INDEX revocations_expiry ON revocations (expires_at)`.execute(db);
  await sql`GRANT SELECT, INSERT, UPDATE, DELETE ON revocations TO ${sql.id(appRole)}`.execute(db);
}
