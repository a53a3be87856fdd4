import { randomUUID } from "node:crypto";
import { expect, test } from "@jest/globals";
import { ConfigError } from "@tollgate/shared/config";
import pg from "pg";
import { query } from "../support/billing-database.ts";
import { createCustomer, customerBody } from "../support/bodies.ts";
import { type Answer, startBillingUnderTest } from "../support/start-billing.ts";
import { startTcpProxy, through } from "../support/tcp-proxy.ts";

function databaseAddress() {
  const { hostname, port } = new URL(process.env.TEST_POSTGRES_URL as string);
  return { host: hostname, port: Number(port) };
}

async function readiness(adminUrl: string) {
  const response = await fetch(`${adminUrl}/readyz`);
  return { status: response.status, ...((await response.json()) as { checks: object }) };
}

function expectUnavailable({ status, headers, json }: Answer): void {
  expect([status, json.code]).toEqual([503, "dependency_unavailable"]);
  expect(headers.get("retry-after")).toBe("1");
  expect(headers.get("content-type")).toContain("application/problem+json");
  expect(JSON.stringify(json)).not.toMatch(/ECONN|terminated|postgres|127\.0\.0\.1/i);
}

test("billing starts while PostgreSQL is down, says so, and recovers by itself", async () => {
  await using proxy = await startTcpProxy(databaseAddress());
  proxy.cut();
  await using billing = await startBillingUnderTest({
    databaseUrl: (url) => through(proxy, url),
  });
  const caller = await billing.as();

  expectUnavailable(await caller.get("/v1/invoices"));
  const down = await readiness(billing.adminUrl);
  expect([down.status, down.checks]).toMatchObject([503, { keys: "ok" }]);
  expect((await fetch(`${billing.adminUrl}/healthz`)).status).toBe(200);

  proxy.restore();
  expect((await caller.get("/v1/invoices")).status).toBe(200);
  expect(await readiness(billing.adminUrl)).toMatchObject({
    status: 200,
    checks: { database: "ok", keys: "ok" },
  });
});

test("a connection that fell silent is given up, and never used again", async () => {
  await using proxy = await startTcpProxy(databaseAddress());
  await using billing = await startBillingUnderTest({
    poolSize: 1,
    databaseUrl: (url) => through(proxy, url),
  });
  const caller = await billing.as();
  const id = await createCustomer(caller);

  proxy.freeze();

  expectUnavailable(await caller.get(`/v1/customers/${id}`));
  expect((await caller.get(`/v1/customers/${id}`)).status).toBe(200);
}, 30_000);

test("billing survives that PostgreSQL goes and comes back between requests", async () => {
  await using proxy = await startTcpProxy(databaseAddress());
  await using billing = await startBillingUnderTest({
    databaseUrl: (url) => through(proxy, url),
  });
  const caller = await billing.as();
  const id = await createCustomer(caller);

  for (let round = 0; round < 3; round += 1) {
    proxy.cut();
    expectUnavailable(await caller.get(`/v1/customers/${id}`));
    expectUnavailable(await caller.post("/v1/customers", customerBody));
    proxy.restore();
    expect((await caller.get(`/v1/customers/${id}`)).status).toBe(200);
  }
});

test("a connection that dies in the middle of the work leaves nothing, and a retry works", async () => {
  await using billing = await startBillingUnderTest();
  const { superuserUrl } = billing.database;
  const caller = await billing.as();
  await query(
    superuserUrl,
    `CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
     BEGIN
       IF EXISTS (SELECT FROM pg_settings WHERE name = 'application_name' AND setting = 'billing')
       THEN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); END IF;
       RETURN NEW;
     END $$`,
    "CREATE TRIGGER die BEFORE INSERT ON idempotency_key FOR EACH ROW EXECUTE FUNCTION die()",
  );
  const key = { "idempotency-key": randomUUID() };

  expectUnavailable(await caller.post("/v1/customers", customerBody, key));
  const counts = "SELECT (SELECT count(*) FROM customer) + (SELECT count(*) FROM event) AS left";
  expect(await query(superuserUrl, counts)).toEqual([{ left: "0" }]);

  await query(superuserUrl, "DROP TRIGGER die ON idempotency_key");
  expect((await caller.post("/v1/customers", customerBody, key)).status).toBe(201);
});

test("a lock that is held too long is 503, not a request that hangs", async () => {
  await using billing = await startBillingUnderTest();
  const caller = await billing.as();
  await createCustomer(caller);
  const holder = new pg.Client({ connectionString: billing.database.superuserUrl });
  await holder.connect();
  await holder.query("BEGIN");
  await holder.query("SELECT FROM counter FOR UPDATE");

  const answer = await caller.post("/v1/customers", customerBody);
  await holder.end();

  expectUnavailable(answer);
}, 10_000);

test("an issuer that cannot be reached is 503: the token may well be good", async () => {
  await using billing = await startBillingUnderTest({ jwksUri: "http://127.0.0.1:9/jwks" });
  const caller = await billing.as();

  const answer = await caller.get("/v1/invoices");

  expect([answer.status, answer.json.code]).toEqual([503, "issuer_keys_unavailable"]);
  expect(await readiness(billing.adminUrl)).toMatchObject({
    status: 503,
    checks: { keys: "the issuer's keys cannot be had" },
  });
});

test.each([
  ["a superuser", "superuserUrl", /BILLING_DATABASE_URL logs in as a role with the rights of/],
  ["the owner of the tables", "ownerUrl", /BILLING_DATABASE_URL logs in as a role that owns/],
] as const)("billing refuses to serve as %s", async (_who, url, message) => {
  await using billing = await startBillingUnderTest({
    databaseUrl: (_appUrl, database) => database[url],
  });
  const caller = await billing.as();

  await expect(billing.fault).rejects.toThrow(ConfigError);
  await expect(billing.fault).rejects.toThrow(message);
  expectUnavailable(await caller.get("/v1/invoices"));
});

test("billing refuses to serve when a table does not force row-level security", async () => {
  await using billing = await startBillingUnderTest({
    prepare: ({ superuserUrl }) =>
      query(superuserUrl, "ALTER TABLE invoice NO FORCE ROW LEVEL SECURITY"),
  });

  await expect(billing.fault).rejects.toThrow(
    "BILLING_DATABASE_URL leads to a table invoice without forced row-level security",
  );
});

test("a database that is not migrated yet is one that is not ready yet", async () => {
  const hide = "UPDATE kysely_migration SET name = 'x' || name";
  await using billing = await startBillingUnderTest({
    prepare: ({ superuserUrl }) => query(superuserUrl, hide),
  });
  const caller = await billing.as();

  expectUnavailable(await caller.get("/v1/invoices"));
  expect((await readiness(billing.adminUrl)).checks).toMatchObject({
    database: expect.stringContaining("the schema is older than 0007"),
  });

  await query(billing.database.superuserUrl, "UPDATE kysely_migration SET name = substr(name, 2)");
  expect((await caller.get("/v1/invoices")).status).toBe(200);
});
