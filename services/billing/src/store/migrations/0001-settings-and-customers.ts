import type { Migration } from "kysely/migration";
import { currentSubject, guardTable, quoted, run } from "./guard-table.ts";

/** The tenant's own data, and whom it bills. */
export function settingsAndCustomers(appRole: string): Migration {
  return {
    async up(db) {
      await run(db, [letIn(appRole), settings, customer, customerByOwner]);
      await run(db, [`GRANT SELECT ON kysely_migration TO ${quoted(appRole)}`]);
      await guardTable(db, "settings", {
        appRole,
        grants: "SELECT, INSERT, UPDATE",
        endUserReads: "true", // the tenant's time zone decides what is overdue
      });
      await guardTable(db, "customer", {
        appRole,
        grants: "SELECT, INSERT, UPDATE",
        endUserReads: `owner_sub = ${currentSubject}`,
      });
    },
  };
}

const letIn = (appRole: string) => `
  DO $$ BEGIN
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), '${appRole.replaceAll("'", "''")}');
  END $$`;

const settings = `
  CREATE TABLE settings (
    tenant_id uuid PRIMARY KEY,
    legal_name text NOT NULL,
    address text NOT NULL,
    tax_id text,
    timezone text NOT NULL,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    -- Ends in no digit, so that prefix and sequence can be told apart and no two series collide.
    number_prefix text NOT NULL CHECK (number_prefix ~ '^[A-Z0-9/_-]{0,14}[A-Z/_-]$'),
    payment_terms_days integer NOT NULL CHECK (payment_terms_days BETWEEN 0 AND 365),
    locale text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    updated_at timestamptz NOT NULL
  )`;

const customer = `
  CREATE TABLE customer (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    external_id text,
    name text NOT NULL,
    email text NOT NULL,
    address text,
    tax_id text,
    owner_sub text,
    version integer NOT NULL CHECK (version > 0),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    archived_at timestamptz,
    CONSTRAINT customer_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT customer_external_id_key UNIQUE (tenant_id, external_id)
  )`;

const customerByOwner = `
  CREATE INDEX customer_by_owner ON customer (tenant_id, owner_sub) WHERE owner_sub IS NOT NULL`;
