import { type Kysely, sql } from "kysely";

/**
 * People who were added while running, as config/issuer.yaml would declare them; a row without a
 * definition switches one of that file on or off. What the engine keeps of a person is found by
 * `account_id`, for it to end with their access.
 */
export async function createUsers(db: Kysely<unknown>, appRole: string): Promise<void> {
  await sql`
    CREATE TABLE users (
      sub text PRIMARY KEY,
      definition jsonb,
      enabled boolean NOT NULL DEFAULT true,
      changed_at timestamptz NOT NULL DEFAULT now()
    )`.execute(db);
  await sql`GRANT SELECT, INSERT, UPDATE ON users TO ${sql.id(appRole)}`.execute(db);
  await sql`INSERT INTO versions (name) VALUES ('users')`.execute(db);
  await sql`ALTER TABLE engine_records ADD COLUMN account_id text`.execute(db);
  await sql`CREATE INDEX engine_records_account ON engine_records (account_id)
    WHERE account_id IS NOT NULL`.execute(db);
}
