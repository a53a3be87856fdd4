import type { Migration } from "kysely/migration";
import { guardTable, quoted, run } from "./guard-table.ts";

/** Answers kept for a retry, and the one statement that looks across tenants: the sweep. */
export function idempotencyKeys(appRole: string): Migration {
  return {
    async up(db) {
      await run(db, [idempotencyKey, byExpiry]);
      await guardTable(db, "idempotency_key", { appRole, grants: "SELECT, INSERT, UPDATE" });
      await run(db, [
        // The owner sees expired keys and nothing else; the service borrows that sight.
        `CREATE POLICY idempotency_key_sweep ON idempotency_key TO CURRENT_USER
           USING (expires_at <= now())`,
        sweep,
        "REVOKE ALL ON FUNCTION sweep_idempotency_keys() FROM PUBLIC",
        `GRANT EXECUTE ON FUNCTION sweep_idempotency_keys() TO ${quoted(appRole)}`,
      ]);
    },
  };
}

const idempotencyKey = `
  CREATE TABLE idempotency_key (
    tenant_id uuid NOT NULL,
    client_id text NOT NULL,
    sub text NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL,
    status integer NOT NULL CHECK (status BETWEEN 200 AND 299),
    headers jsonb NOT NULL,
    body text NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT idempotency_key_pkey PRIMARY KEY (tenant_id, client_id, sub, key)
  )`;

const byExpiry = "CREATE INDEX idempotency_key_by_expiry ON idempotency_key (expires_at)";

const sweep = `
  CREATE FUNCTION sweep_idempotency_keys() RETURNS bigint
    LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH gone AS (
      DELETE FROM idempotency_key WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM idempotency_key WHERE expires_at <= now() LIMIT 10000))
      RETURNING 1)
    SELECT count(*) FROM gone
  $$`;
