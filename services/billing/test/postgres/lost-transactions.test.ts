import { expect, test } from "@jest/globals";
import { query } from "../support/billing-database.ts";
import { customerBody } from "../support/bodies.ts";
import { startBillingUnderTest } from "../support/start-billing.ts";

/** As PostgreSQL does to who lost: the next so many creations of a customer are undone. */
async function loseNext(superuserUrl: string, times: number, code: string): Promise<void> {
  await query(
    superuserUrl,
    "CREATE SEQUENCE attempts", // it counts attempts that are undone as well
    `CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
     BEGIN
       IF nextval('attempts') <= ${times} THEN RAISE EXCEPTION 'lost' USING ERRCODE = '${code}'; END IF;
       RETURN NEW;
     END $$`,
    "CREATE TRIGGER lose BEFORE INSERT ON customer FOR EACH ROW EXECUTE FUNCTION lose()",
  );
}

test.each([
  ["a deadlock", "40P01"],
  ["a serialization failure", "40001"],
])("who lost in %s is run again, three times, and does its work once", async (_name, code) => {
  await using billing = await startBillingUnderTest({
    prepare: ({ superuserUrl }) => loseNext(superuserUrl, 3, code),
  });
  const caller = await billing.as();

  const answer = await caller.post("/v1/customers", customerBody);

  expect(answer.status).toBe(201);
  expect((await caller.get("/v1/customers")).json.data).toHaveLength(1);
  expect((await caller.get("/v1/events")).json.data).toHaveLength(1);
  const metrics = await (await fetch(`${billing.adminUrl}/metrics`)).text();
  expect(metrics).toMatch(/^billing_transaction_retries_total\S* 3$/m);
});

test("who lost four times is told to come again, and nothing of it stays", async () => {
  await using billing = await startBillingUnderTest({
    prepare: ({ superuserUrl }) => loseNext(superuserUrl, 4, "40P01"),
  });
  const caller = await billing.as();
  const key = { "idempotency-key": "a-key-that-comes-again" };

  const refused = await caller.post("/v1/customers", customerBody, key);
  expect([refused.status, refused.json.code]).toEqual([503, "dependency_unavailable"]);
  expect(refused.headers.get("retry-after")).toBe("1");
  expect((await caller.get("/v1/customers")).json.data).toEqual([]);

  const again = await caller.post("/v1/customers", customerBody, key);
  expect([again.status, again.headers.get("idempotency-replayed")]).toEqual([201, null]);
});
