import { randomUUID } from "node:crypto";
import { expect, test } from "@jest/globals";
import pg from "pg";
import { endpoints } from "../../src/endpoints/endpoints.ts";
import { query } from "../support/billing-database.ts";
import {
  createCustomer,
  createDraft,
  createOpen,
  finalize,
  invoiceBody,
  paymentBody,
  settingsBody,
} from "../support/bodies.ts";
import { injectFaults } from "../support/inject-faults.ts";
import {
  allScopes,
  patiently,
  startBillingUnderTest,
  type TestCaller,
  tenantA,
  tenantB,
} from "../support/start-billing.ts";

// Ten ways in which invoicing went wrong elsewhere, each with its story. What a story needs in
// breadth stands in the file of its subject: idempotency, isolation, lists, invariants.

/** 12,000 people were charged twice in four minutes, because a slow answer was asked for again. */
test("1. a retry is a second charge: twenty of one key charge once, whatever is asked", async () => {
  await using billing = await startBillingUnderTest();
  const caller = await billing.as();
  const id = await createOpen(caller);
  const key = { "idempotency-key": randomUUID() };
  const body = paymentBody(12_000);

  const answers = await Promise.all(
    Array.from({ length: 20 }, () =>
      patiently(() => caller.post(`/v1/invoices/${id}/payments`, body, key)),
    ),
  );
  const late = await caller.post(`/v1/invoices/${id}/payments`, body);

  expect(answers.filter(({ status }) => ![201, 409].includes(status))).toEqual([]);
  expect(late.json.code).toBe("invalid_transition");
  const { json } = await caller.get(`/v1/invoices/${id}`);
  expect(json.ledger.map(({ kind }: { kind: string }) => kind)).toEqual(["charge", "payment"]);
});

/** $19.99 was billed as $19.98: 19.99 * 100 is 1998.9999999999998, and somebody truncated. */
test("2. a float loses a cent: 19.99 stays 19.99, and what is no whole number is refused", async () => {
  await using billing = await startBillingUnderTest();
  const caller = await billing.as();
  const customer_id = await createCustomer(caller);
  const bill = (unit_amount: unknown, quantity: unknown = 1) =>
    caller.post("/v1/invoices", {
      ...{ customer_id, currency: "USD" },
      lines: [{ description: "x", unit_amount, quantity }],
    });

  expect((await bill(1_999)).json.total.amount).toBe(1_999);
  expect((await bill(1_999, "0.5")).json.total.amount).toBe(1_000);
  expect((await bill(999_999_999_999)).json.total.amount).toBe(999_999_999_999);
  for (const amount of [19.99, "1999", 2 ** 53 + 2, 1e21, null]) {
    expect((await bill(amount)).status).toBe(422);
  }
});

/** An e-invoice was rejected for one cent: tax was rounded line by line, and once more in sum. */
test("3. lines and totals differ by a cent: 55.55 and 11.11 at 23 % carry 15.33, not 15.34", async () => {
  await using billing = await startBillingUnderTest();
  const caller = await billing.as();
  const lines = [5_555, 1_111].map((unit_amount) => ({
    ...{ description: "x", unit_amount },
    tax_rate_ppm: 230_000,
  }));
  const id = await createOpen(caller, {
    customer_id: await createCustomer(caller),
    ...{ currency: "EUR", lines },
  });

  const { json } = await caller.get(`/v1/invoices/${id}`);

  expect(json).toMatchObject({ tax: { amount: 1_533 }, total: { amount: 8_199 } });
  expect(json.taxes).toEqual([{ rate_ppm: 230_000, taxable: 6_666, amount: 1_533 }]);
});

/** Outside of UTC customers were billed twice: two parts of a system did not agree on today. */
test("4. today is another day elsewhere: an invoice has the day that it is where the tenant is", async () => {
  let now = new Date("2026-12-31T10:30:00Z");
  await using billing = await startBillingUnderTest({ now: () => now });
  const issue = async (timezone: string, at: string) => {
    now = new Date(at);
    const caller = await billing.as({ tenant: randomUUID() });
    await caller.put("/v1/settings", { ...settingsBody, timezone }, { "if-match": '"0"' });
    const { json } = await finalize(caller, await createDraft(caller));
    return [json.issued_on, json.due_on];
  };

  expect(await issue("Pacific/Auckland", "2026-12-31T10:30:00Z")).toEqual([
    "2026-12-31",
    "2027-01-14",
  ]);
  expect(await issue("Pacific/Auckland", "2026-12-31T11:30:00Z")).toEqual([
    "2027-01-01",
    "2027-01-15",
  ]);
  expect(await issue("America/Los_Angeles", "2027-01-01T07:30:00Z")).toEqual([
    "2026-12-31",
    "2027-01-14",
  ]);
  // The night in which Los Angeles skips an hour, and the one in which Auckland repeats one.
  expect(await issue("America/Los_Angeles", "2026-03-08T09:59:59Z")).toEqual([
    "2026-03-08",
    "2026-03-22",
  ]);
  expect(await issue("Pacific/Auckland", "2026-04-04T14:30:00Z")).toEqual([
    "2026-04-05",
    "2026-04-19",
  ]);
});

/** Two invoices got one number by max + 1, and one customer saw the other's. */
test("5. numbers come twice or leave gaps: 200 parallel finalizes with 20 % aborts give exactly 1..n", async () => {
  await using billing = await startBillingUnderTest();
  const caller = await billing.as();
  const customer_id = await createCustomer(caller);
  const drafts: string[] = [];
  while (drafts.length < 200) {
    const few = Array.from({ length: 10 }, () => createDraft(caller, { customer_id }));
    drafts.push(...(await Promise.all(few)));
  }
  // The abort comes after the number was taken: the ledger refuses every fifth invoice.
  await query(
    billing.database.superuserUrl,
    `CREATE FUNCTION fail_some() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN
       IF NEW.invoice_id = ANY ('{${drafts.filter((_, index) => index % 5 === 0)}}'::uuid[])
       THEN RAISE EXCEPTION 'injected'; END IF;
       RETURN NEW;
     END $$`,
    "CREATE TRIGGER fail_some BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION fail_some()",
  );

  const answers = await Promise.all(drafts.map((id) => patiently(() => finalize(caller, id))));

  const numbers = answers.filter(({ status }) => status === 200).map(({ json }) => json.number);
  expect(answers.filter(({ status }) => status === 500)).toHaveLength(40);
  const expected = Array.from(
    { length: 160 },
    (_, index) => `INV-${String(index + 1).padStart(6, "0")}`,
  );
  expect(numbers.sort()).toEqual(expected);
});

/** Rows of one timestamp were skipped, or came again for ever: `pg` drops microseconds. */
test("6. equal timestamps lose rows: a hundred of one millisecond are walked one by one", async () => {
  await using billing = await startBillingUnderTest({
    now: () => new Date("2026-06-15T12:00:00Z"),
  });
  const caller = await billing.as();
  const made: string[] = [];
  while (made.length < 100) {
    made.push(...(await Promise.all(Array.from({ length: 10 }, () => createCustomer(caller)))));
  }

  for (const limit of [7, 10]) {
    const seen: string[] = [];
    let path: string | undefined = `/v1/customers?limit=${limit}`;
    while (path !== undefined) {
      const page = await caller.get(path);
      seen.push(...page.json.data.map(({ id }: { id: string }) => id));
      path = /^<(.+)>;/.exec(page.headers.get("link") ?? "")?.[1];
    }
    expect(seen).toEqual(made.toSorted().reverse());
  }
});

/** A setting of the session outlived its request, and the next checkout was another tenant's. */
test("7. a pooled connection serves another tenant: one connection carries nothing from one to the next", async () => {
  await using billing = await startBillingUnderTest({ poolSize: 1 });
  const [alice, bob] = [await billing.as(), await billing.as({ tenant: tenantB })];
  const id = await createCustomer(alice);

  const mixed = await Promise.all(
    Array.from({ length: 30 }, (_, index) => {
      if (index % 3 === 0) return alice.get(`/v1/customers/${id}`);
      if (index % 3 === 1) return bob.get(`/v1/customers/${id}`);
      return alice.post("/v1/invoices", { nonsense: true });
    }),
  );

  mixed.forEach(({ status }, index) => {
    expect(status).toBe([200, 404, 422][index % 3]);
  });
  const drafts = await Promise.all(Array.from({ length: 10 }, () => createDraft(alice)));
  const finalized = await Promise.all(drafts.map((draft) => finalize(alice, draft)));
  expect(finalized.every(({ status }) => status === 200)).toBe(true);
});

/** One check of fifteen was forgotten, and with it another company's invoices could be paid. */
test("8. one check is missing: every route refuses another tenant, no scope, no role", async () => {
  await using billing = await startBillingUnderTest();
  const id = await createDraft(await billing.as());
  const ask = (by: TestCaller, { method, path }: (typeof endpoints)[number]) =>
    by.send(method, path.replace("{id}", id), {
      ...(method === "GET" || method === "DELETE" ? {} : { body: {} }),
      headers: { "if-match": '"1"' },
    });
  const rival = await billing.as({ tenant: tenantB });
  const person = { sub: "usr_x", client_id: "app", token_use: "user" };

  for (const endpoint of endpoints) {
    const { name, scope, path } = endpoint;
    const scopes = allScopes.split(" ").filter((each) => each !== scope);
    const refused = [
      await ask(await billing.as({ scope: scopes.join(" ") }), endpoint),
      await ask(await billing.as({ ...person, roles: [] }), endpoint),
    ];
    expect([name, ...refused.map(({ status }) => status)]).toEqual([name, 403, 403]);
    if (!path.includes("{id}")) continue;
    // An empty body is refused as such where members are needed: never for what it was asked of.
    expect([name, [404, 422].includes((await ask(rival, endpoint)).status)]).toEqual([name, true]);
  }
});

/** A write went through the pool instead of its transaction, and stayed when that was undone. */
test("9. a write escapes its transaction: a fault after any statement leaves nothing behind", async () => {
  await using billing = await startBillingUnderTest();
  const caller = await billing.as();
  const { superuserUrl } = billing.database;
  const tables = ["customer", "invoice", "invoice_line", "invoice_tax", "ledger_entry"];
  const guarded = [...tables, "counter", "event", "idempotency_key"];
  const state = () =>
    Promise.all(
      guarded.map((table) => query(superuserUrl, `SELECT * FROM ${table} ORDER BY 1, 2, 3`)),
    );
  const draft = await createDraft(caller);
  const open = await createOpen(caller);
  const posts: [string, object, Record<string, string>][] = [
    ["/v1/invoices", invoiceBody(await createCustomer(caller)), {}],
    [`/v1/invoices/${draft}/finalize`, {}, { "if-match": '"1"' }],
    [`/v1/invoices/${open}/payments`, paymentBody(100), {}],
    [`/v1/invoices/${open}/credit-notes`, { full: true, reason: "x" }, {}],
  ];
  const failAt = await injectFaults(superuserUrl, guarded);

  for (const [path, body, headers] of posts) {
    const before = await state();
    let writes = 0;
    for (;;) {
      await failAt(writes + 1);
      const { status } = await patiently(() => caller.post(path, body, headers));
      if (status < 300) break;
      expect([path, status]).toEqual([path, 500]);
      expect(await state()).toEqual(before);
      writes += 1;
    }
    expect(writes).toBeGreaterThanOrEqual(4);
  }
});

/** A scan for what is greater than the last id seen missed an event for good: it committed late. */
test("10. a reader by last id skips late commits: who came second waits for who came first", async () => {
  await using billing = await startBillingUnderTest({ poolSize: 4 }); // one waits while another reads
  const caller = await billing.as();
  await createCustomer(caller);
  const before = (await caller.get("/v1/events?limit=100")).json.data.length;
  // A slow transaction has taken its place in the order, and has not committed yet.
  const slow = new pg.Client({ connectionString: billing.database.superuserUrl });
  await slow.connect();
  await slow.query("BEGIN");
  await slow.query(
    `UPDATE counter SET next_value = next_value WHERE tenant_id = '${tenantA}' AND series = 'event'`,
  );
  const fast = createCustomer(caller);

  const waiting =
    "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
  while ((await query(billing.database.superuserUrl, waiting)).length === 0);
  const meanwhile = await caller.get("/v1/events?limit=100");
  await slow.query("COMMIT");
  await slow.end();
  await fast;

  expect(meanwhile.json.data).toHaveLength(before);
  const after = await caller.get("/v1/events?limit=100");
  expect(after.json.data).toHaveLength(before + 1);
});
