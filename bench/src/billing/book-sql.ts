/**
 * Statements that load books of a size that no bench would wait for through the API. They are run
 * as the owner of the tables, whom row-level security, constraints and triggers hold as they hold
 * billing. Of a hundred invoices ninety are paid, seven open, one is written off, two are drafts.
 */
export const becomeTenant = `SELECT set_config('app.tenant_id', $1, true),
  set_config('app.access', 'staff', true)`;

/** As billing makes them: the nth of a tenant is ten minutes younger than the one before (UUIDv7). */
const idOf = (kind: string, n: string) =>
  `(lpad(to_hex(1735689600000 + ${n}::bigint * 600000), 12, '0') || '7'
    || substr(md5($1 || '${kind}' || ${n}), 1, 3) || '8' || substr(md5($1 || '${kind}' || ${n}), 4, 15))::uuid`;

const madeAt = "to_timestamp(1735689600 + n::bigint * 600)";
const numbered = "n % 100 > 1";
const isPaid = "n % 100 > 9";

export const customers = `
  INSERT INTO customer (tenant_id, id, name, email, version, created_at, updated_at)
  SELECT $1::uuid, ${idOf("customer", "n")}, 'Customer ' || n, 'accounts@example.com', 1, now(), now()
  FROM generate_series(0, 49) n`;

/** Drafts $2 to $3. */
export const drafts = [
  `INSERT INTO invoice (tenant_id, id, customer_id, status, currency, subtotal, tax, total,
     created_by, version, created_at, updated_at)
   SELECT $1::uuid, ${idOf("invoice", "n")}, ${idOf("customer", "(n % 50)")}, 'draft', 'EUR',
     10000, 2000, 12000, 'svc-bench', 1, ${madeAt}, ${madeAt}
   FROM generate_series($2::int, $3::int) n`,
  `INSERT INTO invoice_line (tenant_id, invoice_id, position, description, quantity, unit_amount,
     tax_rate_ppm, amount)
   SELECT $1::uuid, ${idOf("invoice", "n")}, 1, 'Consulting', 2, 5000, 200000, 10000
   FROM generate_series($2::int, $3::int) n`,
  `INSERT INTO invoice_tax (tenant_id, invoice_id, rate_ppm, taxable, amount)
   SELECT $1::uuid, ${idOf("invoice", "n")}, 200000, 10000, 2000
   FROM generate_series($2::int, $3::int) n`,
];

const split = `'[{"rate_ppm":200000,"taxable":10000,"amount":2000}]'`;

/** Numbers them, all but two in a hundred, and charges and pays them. */
export const finalized = [
  // No join with the series: fresh rows have no statistics, and its plan would be a bad one.
  `UPDATE invoice SET version = 2,
     status = CASE WHEN ${isPaid} THEN 'paid' WHEN n % 100 = 2 THEN 'uncollectible' ELSE 'open' END,
     paid = CASE WHEN ${isPaid} THEN 12000 ELSE 0 END,
     number = 'INV-' || lpad((n - n / 100 * 2 - 1)::text, 6, '0'), series = 'INV-',
     seq = n - n / 100 * 2 - 1, issued_on = ${madeAt}::date, due_on = ${madeAt}::date + 30,
     seller_snapshot = '{"name":"Seller","address":"","tax_id":null,"timezone":"UTC","locale":"en"}',
     buyer_snapshot = '{"name":"Buyer","address":"","tax_id":null,"email":"accounts@example.com"}'
   WHERE tenant_id = $1::uuid AND n BETWEEN $2::int AND $3::int AND ${numbered}`.replaceAll(
    /\bn\b/g,
    "(extract(epoch FROM created_at)::bigint / 600 - 2892816)",
  ),
  `INSERT INTO ledger_entry (tenant_id, id, invoice_id, kind, amount, tax_split, occurred_on, actor,
     created_at)
   SELECT $1::uuid, ${idOf("charge", "n")}, ${idOf("invoice", "n")}, 'charge', 12000, ${split},
     ${madeAt}::date, 'svc-bench', ${madeAt}
   FROM generate_series($2::int, $3::int) n WHERE ${numbered}`,
  `INSERT INTO ledger_entry (tenant_id, id, invoice_id, kind, amount, tax_split, method, reference,
     occurred_on, actor, created_at)
   SELECT $1::uuid, ${idOf("payment", "n")}, ${idOf("invoice", "n")}, 'payment', -12000, '[]',
     'bank_transfer', 'wire ' || n, ${madeAt}::date, 'svc-bench', ${madeAt}
   FROM generate_series($2::int, $3::int) n WHERE ${isPaid}`,
];

/** What the next number would be after $2 invoices. */
export const counter = `
  INSERT INTO counter (tenant_id, series, next_value, last_issued_on)
  SELECT $1::uuid, 'invoice:INV-', max(seq) + 1, max(issued_on) FROM invoice
  WHERE tenant_id = $1::uuid AND seq IS NOT NULL`;

/**
 * Whether lines, totals and ledger agree is looked at for each row when a transaction commits. That
 * would take minutes here; `ledger:verify` looks at all of them at once after the load.
 */
export const withoutChecksAtCommit = checksAtCommit("DISABLE");
export const withChecksAtCommit = checksAtCommit("ENABLE");

function checksAtCommit(verb: "ENABLE" | "DISABLE"): string[] {
  const watched: [trigger: string, tables: string[]][] = [
    ["totals_agree", ["invoice", "invoice_line", "invoice_tax"]],
    ["totals_agree_still", ["invoice"]],
    ["ledger_agrees", ["invoice", "ledger_entry"]],
    ["ledger_agrees_still", ["invoice"]],
  ];
  return watched.flatMap(([trigger, tables]) =>
    tables.map((table) => `ALTER TABLE ${table} ${verb} TRIGGER ${trigger}`),
  );
}
