import { expect, test } from "@jest/globals";
import { query } from "../support/billing-database.ts";
import {
  createCustomer,
  createDraft,
  finalize,
  invoiceBody,
  settingsBody,
} from "../support/bodies.ts";
import { type Answer, startBillingUnderTest, tenantA, tenantB } from "../support/start-billing.ts";

/** As a client does that is told that the database is too busy: it asks again. */
async function patiently(ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await ask();
    if (answer.status !== 503) return answer;
  }
}

test("200 parallel finalizes with a fifth of them aborted number 1..n without a gap", async () => {
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

test("events are chained without a gap, whoever writes at the same time", async () => {
  await using billing = await startBillingUnderTest();
  const [alice, bob] = [await billing.as(), await billing.as({ tenant: tenantB })];
  await Promise.all(
    Array.from({ length: 40 }, (_, index) => createCustomer(index % 4 === 0 ? bob : alice)),
  );

  const chain = await query(
    billing.database.superuserUrl,
    `SELECT seq::int, prev_hash, hash FROM event WHERE tenant_id = '${tenantA}' ORDER BY seq`,
  );

  expect(chain.map(({ seq }) => seq)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
  chain.forEach(({ prev_hash }, index) => {
    expect(prev_hash).toBe(chain[index - 1]?.hash ?? "0".repeat(64));
  });
});

test("of 20 who change what they saw, one does and 19 are told", async () => {
  await using billing = await startBillingUnderTest();
  const caller = await billing.as();

  for (const version of ["0", "1"]) {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        caller.put(
          "/v1/settings",
          { ...settingsBody, payment_terms_days: index },
          { "if-match": `"${version}"` },
        ),
      ),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array(19).fill(412)]);
  }
});

test("of 20 who finalize one draft with keys of their own, one does", async () => {
  await using billing = await startBillingUnderTest();
  const caller = await billing.as();
  const id = await createDraft(caller);

  const answers = await Promise.all(Array.from({ length: 20 }, () => finalize(caller, id)));

  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(412)]);
});

test("one external_id makes one invoice, however many ask at once", async () => {
  await using billing = await startBillingUnderTest();
  const caller = await billing.as();
  const body = { ...invoiceBody(await createCustomer(caller)), external_id: "order-1" };

  const answers = await Promise.all(
    Array.from({ length: 20 }, () => caller.post("/v1/invoices", body)),
  );

  const created = answers.filter(({ status }) => status === 201);
  expect(created).toHaveLength(1);
  for (const { json } of answers.filter(({ status }) => status !== 201)) {
    expect(json).toMatchObject({ code: "duplicate_external_id", existing_id: created[0]?.json.id });
  }
});

test("one connection is enough, and carries nothing from one tenant to the next", async () => {
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
