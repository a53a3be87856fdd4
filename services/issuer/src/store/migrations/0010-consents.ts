import { type Kysely, sql } from "kysely";

/** What a person lets a client have, so that they are asked once; a scope a row. */
export async function createConsents(db: Kysely<unknown>, appRole: string): Promise<void> {
  await sql`
    CREATE TABLE consents (
      sub text NOT NULL,
      client_id text NOT NULL,
      resource text NOT NULL,
      scope text NOT NULL,
      given_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (sub, client_id, resource, scope)
    )`.execute(db);
  await sql`GRANT SELECT, INSERT, DELETE ON consents TO ${sql.id(appRole)}`.execute(db);
}
