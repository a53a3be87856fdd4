import { type Kysely, sql } from "kysely";

/** The key ring. One active key an algorithm, and a private half for as long as it may sign. */
export async function createSigningKeys(db: Kysely<unknown>, appRole: string): Promise<void> {
  await sql`
    CREATE TABLE signing_keys (
      kid text PRIMARY KEY,
      algorithm text NOT NULL CHECK (algorithm IN ('ES256', 'EdDSA', 'RS256')),
      state text NOT NULL CHECK (state IN ('next', 'active', 'retired')),
      public_jwk text NOT NULL,
      wrapped_by text,
      wrapped_private_jwk bytea,
      created_at timestamptz NOT NULL DEFAULT now(),
      CHECK ((wrapped_by IS NULL) = (wrapped_private_jwk IS NULL)),
      CHECK (state = 'retired' OR wrapped_private_jwk IS NOT NULL)
    )`.execute(db);
  await sql`
    CREATE UNIQUE INDEX signing_keys_one_active ON signing_keys (algorithm)
    WHERE state = 'active'`.execute(db);
  await sql`GRANT SELECT, INSERT, UPDATE, DELETE ON signing_keys TO ${sql.id(appRole)}`.execute(db);
}
