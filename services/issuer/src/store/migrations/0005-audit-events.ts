import { type Kysely, sql } from "kysely";

/** Rows are added and read, and nothing else: by right for the app role, by trigger for the owner. */
export async function createAuditEvents(db: Kysely<unknown>, appRole: string): Promise<void> {
  await sql`
    CREATE TABLE audit_events (
      audit_id uuid PRIMARY KEY,
      at timestamptz NOT NULL,
      event text NOT NULL,
      client_id text,
      sub text,
      jti text,
      kid text,
      ip text,
      request_id text,
      details jsonb NOT NULL
    )`.execute(db);
  await sql`CREATE INDEX audit_events_time ON audit_events (at, audit_id)`.execute(db);
  await sql`
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'audit_events is append-only'; END $$`.execute(db);
  await sql`
    CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()`.execute(db);
  await sql`GRANT SELECT, INSERT ON audit_events TO ${sql.id(appRole)}`.execute(db);
}
