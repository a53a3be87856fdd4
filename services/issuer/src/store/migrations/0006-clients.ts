import { type Kysely, sql } from "kysely";

/**
 * Clients that were added while running, as config/issuer.yaml would declare them; a row without a
 * definition switches one of that file on or off.
 */
export async function createClients(db: Kysely<unknown>, appRole: string): Promise<void> {
  await sql`
    CREATE TABLE clients (
      client_id text PRIMARY KEY,
      definition jsonb,
      enabled boolean NOT NULL DEFAULT true,
      changed_at timestamptz NOT NULL DEFAULT now()
    )`.execute(db);
  await sql`GRANT SELECT, INSERT, UPDATE, DELETE ON clients TO ${sql.id(appRole)}`.execute(db);
}
