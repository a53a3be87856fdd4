import { expect, test } from "@jest/globals";
import { query } from "../support/billing-database.ts";
import {
  createCustomer,
  createDraft,
  finalize,
  invoiceBody,
  settingsBody,
} from "../support/bodies.ts";
import { patiently, startBillingUnderTest, tenantA, tenantB } from "../support/start-billing.ts";

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
        patiently(() =>
          caller.put(
            "/v1/settings",
            { ...settingsBody, payment_terms_days: index },
            { "if-match": `"${version}"` },
          ),
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

  const answers = await Promise.all(
    Array.from({ length: 20 }, () => patiently(() => finalize(caller, id))),
  );

  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(412)]);
});

test("one external_id makes one invoice, however many ask at once", async () => {
  await using billing = await startBillingUnderTest();
  const caller = await billing.as();
  const body = { ...invoiceBody(await createCustomer(caller)), external_id: "order-1" };

  const answers = await Promise.all(
    Array.from({ length: 20 }, () => patiently(() => caller.post("/v1/invoices", body))),
  );

  const created = answers.filter(({ status }) => status === 201);
  expect(created).toHaveLength(1);
  for (const { json } of answers.filter(({ status }) => status !== 201)) {
    expect(json).toMatchObject({ code: "duplicate_external_id", existing_id: created[0]?.json.id });
  }
});
