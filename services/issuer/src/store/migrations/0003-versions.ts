import { type Kysely, sql } from "kysely";

/**
 * A counter for each thing that replicas must notice has changed. Whoever changes it locks its row
 * first, so that the order of numbers is the order of commits. `stamp` tells two histories of one
 * number apart, after a database was restored.
 */
export async function createVersions(db: Kysely<unknown>, appRole: string): Promise<void> {
  await sql`
    CREATE TABLE versions (
      name text PRIMARY KEY,
      version bigint NOT NULL DEFAULT 0,
      stamp text NOT NULL DEFAULT gen_random_uuid()
    )`.execute(db);
  await sql`INSERT INTO versions (name) VALUES ('keys'), ('clients'), ('revocations')`.execute(db);
  await sql`GRANT SELECT, UPDATE ON versions TO ${sql.id(appRole)}`.execute(db);
}
