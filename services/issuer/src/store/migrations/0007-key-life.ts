import { type Kysely, sql } from "kysely";

/** When a key began to sign and when it ended, for the ring to know what is due. */
export async function addKeyLife(db: Kysely<unknown>): Promise<void> {
  await sql`
    ALTER TABLE signing_keys
      ADD COLUMN activated_at timestamptz,
      ADD COLUMN retired_at timestamptz`.execute(db);
  await sql`UPDATE signing_keys SET activated_at = created_at WHERE state <> 'next'`.execute(db);
  await sql`UPDATE signing_keys SET retired_at = now() WHERE state = 'retired'`.execute(db);
  await sql`
    ALTER TABLE signing_keys
      ADD CHECK ((state = 'next') = (activated_at IS NULL)),
      ADD CHECK ((state = 'retired') = (retired_at IS NOT NULL)),
      ADD CHECK ((state = 'retired') = (wrapped_private_jwk IS NULL))`.execute(db);
  await sql`
    CREATE UNIQUE INDEX signing_keys_one_next ON signing_keys (algorithm)
    WHERE state = 'next'`.execute(db);
}
