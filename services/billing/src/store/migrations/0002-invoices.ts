import type { Migration } from "kysely/migration";
import { guardTable, run } from "./guard-table.ts";

/** Invoices with their lines and taxes; what is finalized cannot be rewritten. */
export function invoices(appRole: string): Migration {
  return {
    async up(db) {
      await run(db, [invoice, invoiceByCustomer, invoiceLine, invoiceTax]);
      await guardTable(db, "invoice", {
        appRole,
        grants: "SELECT, INSERT, UPDATE, DELETE",
        endUserReads: ownInvoice,
      });
      for (const part of ["invoice_line", "invoice_tax"]) {
        const endUserReads = partOfVisibleInvoice(part);
        await guardTable(db, part, { appRole, grants: "SELECT, INSERT, DELETE", endUserReads });
      }
      await run(db, [keepInvoice, ...freezeInvoice, keepPart, ...freezeParts]);
      await run(db, [checkTotals, ...watchTotals]);
    },
  };
}

// The policies of customer and invoice apply inside these subqueries as well.
const ownInvoice = `status <> 'draft' AND EXISTS (
  SELECT FROM customer c WHERE c.tenant_id = invoice.tenant_id AND c.id = invoice.customer_id)`;

export const partOfVisibleInvoice = (part: string) => `EXISTS (
  SELECT FROM invoice i WHERE i.tenant_id = ${part}.tenant_id AND i.id = ${part}.invoice_id)`;

const largest = 999_999_999_999;

const invoice = `
  CREATE TABLE invoice (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    external_id text,
    customer_id uuid NOT NULL,
    status text NOT NULL CHECK (status IN ('draft', 'open', 'paid', 'uncollectible', 'void')),
    number text,
    series text,
    seq bigint,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    due_days integer CHECK (due_days BETWEEN 0 AND 365),
    subtotal bigint NOT NULL CHECK (abs(subtotal) <= ${largest}),
    tax bigint NOT NULL CHECK (abs(tax) <= ${largest}),
    total bigint NOT NULL CHECK (total BETWEEN 0 AND ${largest}),
    paid bigint NOT NULL DEFAULT 0 CHECK (paid >= 0),
    credited bigint NOT NULL DEFAULT 0 CHECK (credited >= 0),
    issued_on date,
    due_on date CHECK (due_on >= issued_on),
    seller_snapshot jsonb,
    buyer_snapshot jsonb,
    created_by text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT invoice_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT invoice_external_id_key UNIQUE (tenant_id, external_id),
    CONSTRAINT invoice_number_key UNIQUE (tenant_id, number),
    CONSTRAINT invoice_seq_key UNIQUE (tenant_id, series, seq),
    CONSTRAINT invoice_customer_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES customer,
    CONSTRAINT invoice_total_is_sum CHECK (total = subtotal + tax),
    CONSTRAINT invoice_numbered_unless_draft CHECK (
      num_nonnulls(number, series, seq, issued_on, due_on, seller_snapshot, buyer_snapshot)
        = CASE status WHEN 'draft' THEN 0 ELSE 7 END),
    CONSTRAINT invoice_due_not_negative CHECK (paid + credited <= total),
    CONSTRAINT invoice_paid_when_settled CHECK (
      status IN ('draft', 'void') OR (status = 'paid') = (paid + credited = total))
  )`;

const invoiceByCustomer =
  "CREATE INDEX invoice_by_customer ON invoice (tenant_id, customer_id, id)";

const invoiceLine = `
  CREATE TABLE invoice_line (
    tenant_id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    position integer NOT NULL CHECK (position > 0),
    description text NOT NULL,
    quantity numeric(12, 3) NOT NULL CHECK (quantity > 0),
    unit_amount bigint NOT NULL CHECK (abs(unit_amount) <= ${largest}),
    tax_rate_ppm integer NOT NULL CHECK (tax_rate_ppm BETWEEN 0 AND 1000000),
    amount bigint NOT NULL CHECK (abs(amount) <= ${largest}),
    CONSTRAINT invoice_line_pkey PRIMARY KEY (tenant_id, invoice_id, position),
    CONSTRAINT invoice_line_invoice_fkey
      FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoice ON DELETE CASCADE,
    CONSTRAINT invoice_line_amount_is_product CHECK (amount = round(quantity * unit_amount))
  )`;

const invoiceTax = `
  CREATE TABLE invoice_tax (
    tenant_id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    rate_ppm integer NOT NULL CHECK (rate_ppm BETWEEN 0 AND 1000000),
    taxable bigint NOT NULL,
    amount bigint NOT NULL,
    CONSTRAINT invoice_tax_pkey PRIMARY KEY (tenant_id, invoice_id, rate_ppm),
    CONSTRAINT invoice_tax_invoice_fkey
      FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoice ON DELETE CASCADE,
    CONSTRAINT invoice_tax_amount_is_share
      CHECK (amount = round(taxable * rate_ppm::numeric / 1000000))
  )`;

/** From finalize on, only what payments and verbs change may change. */
const keepInvoice = `
  CREATE FUNCTION keep_finalized_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    living text[] := ARRAY['status', 'paid', 'credited', 'version', 'updated_at'];
  BEGIN
    IF OLD.status = 'draft' THEN
      IF TG_OP = 'DELETE' THEN RETURN OLD; ELSE RETURN NEW; END IF;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.status <> 'draft'
      AND to_jsonb(NEW) - living = to_jsonb(OLD) - living THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'a finalized invoice cannot be rewritten'
      USING ERRCODE = '42501', TABLE = 'invoice';
  END $$`;

const freezeInvoice = [
  `CREATE TRIGGER keep_finalized BEFORE UPDATE OR DELETE ON invoice
     FOR EACH ROW EXECUTE FUNCTION keep_finalized_invoice()`,
];

const keepPart = `
  CREATE FUNCTION keep_finalized_part() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    part record;
    found_status text;
  BEGIN
    IF TG_OP = 'DELETE' THEN part := OLD; ELSE part := NEW; END IF;
    SELECT status INTO found_status FROM invoice
      WHERE tenant_id = part.tenant_id AND id = part.invoice_id FOR SHARE;
    IF TG_OP <> 'UPDATE' AND coalesce(found_status, 'draft') = 'draft' THEN RETURN part; END IF;
    RAISE EXCEPTION 'the lines and taxes of a finalized invoice cannot be rewritten'
      USING ERRCODE = '42501', TABLE = TG_TABLE_NAME;
  END $$`;

const freezeParts = ["invoice_line", "invoice_tax"].map(
  (part) => `
  CREATE TRIGGER keep_finalized BEFORE INSERT OR UPDATE OR DELETE ON ${part}
    FOR EACH ROW EXECUTE FUNCTION keep_finalized_part()`,
);

/** Looked at when the transaction commits: by then lines, taxes and totals must agree. */
const checkTotals = `
  CREATE FUNCTION check_invoice_totals() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    changed jsonb;
    tenant uuid;
    wanted uuid;
    found_invoice invoice;
  BEGIN
    IF TG_OP = 'DELETE' THEN changed := to_jsonb(OLD); ELSE changed := to_jsonb(NEW); END IF;
    tenant := changed->>'tenant_id';
    wanted := coalesce(changed->>'invoice_id', changed->>'id');
    SELECT * INTO found_invoice FROM invoice i WHERE i.tenant_id = tenant AND i.id = wanted;
    IF NOT FOUND THEN RETURN NULL; END IF;
    IF found_invoice.subtotal <> (SELECT coalesce(sum(l.amount), 0) FROM invoice_line l
          WHERE l.tenant_id = tenant AND l.invoice_id = wanted)
      OR found_invoice.tax <> (SELECT coalesce(sum(t.amount), 0) FROM invoice_tax t
          WHERE t.tenant_id = tenant AND t.invoice_id = wanted)
      OR EXISTS (
        SELECT FROM (SELECT l.tax_rate_ppm AS rate_ppm, sum(l.amount) AS taxable
            FROM invoice_line l WHERE l.tenant_id = tenant AND l.invoice_id = wanted GROUP BY 1) l
          FULL JOIN (SELECT t.rate_ppm, t.taxable
            FROM invoice_tax t WHERE t.tenant_id = tenant AND t.invoice_id = wanted) t
          USING (rate_ppm)
          WHERE l.taxable IS DISTINCT FROM t.taxable)
    THEN
      RAISE EXCEPTION 'lines, taxes and totals of an invoice do not agree'
        USING ERRCODE = '23514', CONSTRAINT = 'invoice_totals_agree', TABLE = 'invoice';
    END IF;
    RETURN NULL;
  END $$`;

const watchTotals = ["invoice", "invoice_line", "invoice_tax"].map(
  (table) => `
  CREATE CONSTRAINT TRIGGER totals_agree
    AFTER INSERT OR UPDATE${table === "invoice" ? "" : " OR DELETE"} ON ${table}
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_invoice_totals()`,
);
