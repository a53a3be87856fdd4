import type { Migration } from "kysely/migration";
import { partOfVisibleInvoice } from "./0002-invoices.ts";
import { guardTable, run } from "./guard-table.ts";

/** What is only ever added to: what is owed and paid, and what happened; and the counters. */
export function ledgerAndEvents(appRole: string): Migration {
  return {
    async up(db) {
      await run(db, [ledgerEntry, ledgerByInvoice, counter, event, eventByEntity]);
      await guardTable(db, "ledger_entry", {
        appRole,
        grants: "SELECT, INSERT",
        endUserReads: partOfVisibleInvoice("ledger_entry"),
      });
      await guardTable(db, "counter", { appRole, grants: "SELECT, INSERT, UPDATE" });
      await guardTable(db, "event", { appRole, grants: "SELECT, INSERT" });
      await run(db, [refuseChange, ...keepLedger, keepEvent, ...keepEvents]);
    },
  };
}

const ledgerEntry = `
  CREATE TABLE ledger_entry (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    kind text NOT NULL,
    -- Signed: the sum over an invoice is what is due.
    amount bigint NOT NULL CHECK (abs(amount) <= 999999999999),
    tax_split jsonb NOT NULL,
    number text,
    reference text,
    method text,
    reason text,
    reverses uuid,
    occurred_on date NOT NULL,
    actor text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT ledger_entry_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT ledger_entry_number_key UNIQUE (tenant_id, number),
    CONSTRAINT ledger_entry_reference_key UNIQUE (tenant_id, reference),
    CONSTRAINT ledger_entry_invoice_fkey FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoice,
    CONSTRAINT ledger_entry_reverses_fkey
      FOREIGN KEY (tenant_id, reverses) REFERENCES ledger_entry,
    CONSTRAINT ledger_entry_sign CHECK (CASE kind
      WHEN 'charge' THEN amount >= 0
      WHEN 'reversal' THEN amount > 0
      WHEN 'payment' THEN amount < 0
      WHEN 'credit' THEN amount < 0
      WHEN 'void' THEN amount < 0
      ELSE false END),
    CONSTRAINT ledger_entry_reversal_of_payment CHECK ((kind = 'reversal') = (reverses IS NOT NULL)),
    CONSTRAINT ledger_entry_credit_numbered CHECK ((kind = 'credit') = (number IS NOT NULL))
  )`;

const ledgerByInvoice =
  "CREATE INDEX ledger_entry_by_invoice ON ledger_entry (tenant_id, invoice_id)";

const counter = `
  CREATE TABLE counter (
    tenant_id uuid NOT NULL,
    series text NOT NULL,
    next_value bigint NOT NULL CHECK (next_value > 1),
    last_issued_on date,
    CONSTRAINT counter_pkey PRIMARY KEY (tenant_id, series)
  )`;

const event = `
  CREATE TABLE event (
    tenant_id uuid NOT NULL,
    seq bigint NOT NULL CHECK (seq > 0),
    id uuid NOT NULL,
    type text NOT NULL,
    entity text NOT NULL,
    entity_id uuid NOT NULL,
    entity_version integer NOT NULL,
    actor_sub text NOT NULL,
    client_id text NOT NULL,
    request_id text NOT NULL,
    data jsonb NOT NULL,
    occurred_at timestamptz NOT NULL,
    prev_hash text NOT NULL CHECK (prev_hash ~ '^[0-9a-f]{64}$'),
    hash text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
    delivered_at timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz,
    CONSTRAINT event_pkey PRIMARY KEY (tenant_id, seq),
    CONSTRAINT event_id_key UNIQUE (tenant_id, id)
  )`;

const eventByEntity = "CREATE INDEX event_by_entity ON event (tenant_id, entity_id, seq)";

/** Privileges stop the service; these triggers stop the owner as well. */
const refuseChange = `
  CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION '% rows never change', TG_TABLE_NAME
      USING ERRCODE = '42501', TABLE = TG_TABLE_NAME;
  END $$`;

const keepLedger = [
  `CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger_entry
     FOR EACH ROW EXECUTE FUNCTION refuse_change()`,
  `CREATE TRIGGER never_truncated BEFORE TRUNCATE ON ledger_entry
     FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()`,
];

/** Only what tells of an event's delivery may change. */
const keepEvent = `
  CREATE FUNCTION keep_event() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    delivery text[] := ARRAY['delivered_at', 'attempts', 'next_attempt_at'];
  BEGIN
    IF to_jsonb(NEW) - delivery = to_jsonb(OLD) - delivery THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'event rows never change' USING ERRCODE = '42501', TABLE = 'event';
  END $$`;

const keepEvents = [
  `CREATE TRIGGER append_only BEFORE DELETE ON event
     FOR EACH ROW EXECUTE FUNCTION refuse_change()`,
  `CREATE TRIGGER delivery_only BEFORE UPDATE ON event
     FOR EACH ROW EXECUTE FUNCTION keep_event()`,
  `CREATE TRIGGER never_truncated BEFORE TRUNCATE ON event
     FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()`,
];
