import { expect, test } from "@jest/globals";
import { createIssuerDatabase } from "../support/issuer-database.ts";
import { issuerSettings, newKey } from "../support/issuer-settings.ts";
import { startTestIssuer } from "../support/start-test-issuer.ts";
import { answerOf } from "../support/token-answer.ts";

type Issuer = Awaited<ReturnType<typeof startTestIssuer>>;

async function kidsOf(issuer: Issuer): Promise<string[]> {
  await issuer.becomes(200);
  const { keys } = (await (await issuer.get("/oauth/jwks")).json()) as { keys: { kid: string }[] };
  return keys.map(({ kid }) => kid).sort();
}

test("issuers that start at once on an empty database make one key an algorithm", async () => {
  await using database = await createIssuerDatabase();
  await using settings = await issuerSettings(database.url);
  await using replicas = new AsyncDisposableStack();
  const started = await Promise.all([1, 2, 3, 4].map(() => startTestIssuer(settings.env)));
  for (const each of started) replicas.use(each);

  const kids = await Promise.all(started.map(kidsOf));

  expect(new Set(kids.map(String)).size).toBe(1);
  expect(await database.run("SELECT algorithm, state FROM signing_keys ORDER BY 1, 2")).toEqual([
    { algorithm: "ES256", state: "active" },
    { algorithm: "ES256", state: "next" },
    { algorithm: "EdDSA", state: "active" },
    { algorithm: "EdDSA", state: "next" },
  ]);
});

test("a restart keeps the keys", async () => {
  await using database = await createIssuerDatabase();
  await using settings = await issuerSettings(database.url);
  let before: string[];
  {
    await using first = await startTestIssuer(settings.env);
    before = await kidsOf(first);
  }
  await using second = await startTestIssuer(settings.env);
  expect(await kidsOf(second)).toEqual(before);
});

test("a new wrapping key in front of the old one changes nothing", async () => {
  await using database = await createIssuerDatabase();
  await using settings = await issuerSettings(database.url);
  const old = newKey();
  await settings.write("wrapping_key", old);
  let before: string[];
  {
    await using first = await startTestIssuer(settings.env);
    before = await kidsOf(first);
  }
  await settings.write("wrapping_key", `${newKey()}\n${old}\n`);
  await using second = await startTestIssuer(settings.env);
  expect(await kidsOf(second)).toEqual(before);
});

test("a wrong wrapping key ends the issuer with the reason, and makes no key", async () => {
  await using database = await createIssuerDatabase();
  await using settings = await issuerSettings(database.url);
  {
    await using first = await startTestIssuer(settings.env);
    await kidsOf(first);
  }
  await settings.write("wrapping_key", newKey());
  await using second = await startTestIssuer(settings.env);

  await expect(second.failed).rejects.toThrow(/ISSUER_WRAPPING_KEY_FILE .* does not open/);
  expect((await second.ready()).status).toBe(503);
  expect((await second.token({ grant_type: "client_credentials" }, "svc-reader")).status).toBe(503);
  expect(await database.run("SELECT count(*)::int FROM signing_keys")).toEqual([{ count: 4 }]);
});

test("no private key is in the database in clear", async () => {
  await using database = await createIssuerDatabase();
  await using settings = await issuerSettings(database.url);
  await using issuer = await startTestIssuer(settings.env);
  await kidsOf(issuer);

  const rows = await database.run(
    "SELECT public_jwk, encode(wrapped_private_jwk, 'escape') AS wrapped FROM signing_keys",
  );

  expect(rows).toHaveLength(4); // of two algorithms the active one and the next
  for (const { public_jwk, wrapped } of rows) {
    expect(JSON.parse(String(public_jwk))).not.toHaveProperty("d");
    expect(String(wrapped)).not.toMatch(/"(d|kty|x)"/);
  }
});

test("the role that the issuer logs in as owns nothing and makes no tables", async () => {
  await using database = await createIssuerDatabase();
  await using settings = await issuerSettings(database.url);
  await using issuer = await startTestIssuer(settings.env);
  await issuer.becomes(200);
  const [row] = await database.run(
    `SELECT has_schema_privilege('${database.appRole}', 'public', 'CREATE') AS makes,
            (SELECT count(*)::int FROM pg_class WHERE relowner = '${database.appRole}'::regrole) AS owns`,
  );
  expect(row).toEqual({ makes: false, owns: 0 });
});

test("a database that is down at start is waited for, and said so until it is there", async () => {
  await using database = await createIssuerDatabase();
  await using settings = await issuerSettings(database.url);
  await database.takeDown();
  await using issuer = await startTestIssuer(settings.env);

  expect(await issuer.becomes(503)).toMatchObject({
    ready: false,
    checks: { database: expect.stringContaining("not currently accepting connections") },
  });
  const refused = await issuer.token({ grant_type: "client_credentials" }, "svc-reader");
  expect(refused.status).toBe(503);
  expect(refused.headers.get("retry-after")).toBe("2");
  expect(await answerOf(refused)).toMatchObject({ error: "temporarily_unavailable" });
  expect((await issuer.get("/oauth/jwks")).status).toBe(503);
  const metadata = await issuer.get("/.well-known/openid-configuration");
  expect(metadata.status).toBe(503);
  expect(await metadata.json()).toMatchObject({ code: "dependency_unavailable" });

  await database.bringBack();
  await issuer.becomes(200);
  expect((await issuer.token({ grant_type: "client_credentials" }, "svc-reader")).status).toBe(200);
});

test("a database that goes down later stops no token, and readiness tells of it", async () => {
  await using database = await createIssuerDatabase();
  await using settings = await issuerSettings(database.url);
  await using issuer = await startTestIssuer(settings.env);
  await issuer.becomes(200);

  await database.takeDown();
  expect(await issuer.becomes(503)).toMatchObject({ checks: { keys: "ok" } });
  expect((await issuer.token({ grant_type: "client_credentials" }, "svc-reader")).status).toBe(200);
  expect((await issuer.get("/oauth/jwks")).status).toBe(200);

  await database.bringBack();
  await issuer.becomes(200);
});

test("a database without tables is said to be one", async () => {
  await using database = await createIssuerDatabase();
  await using settings = await issuerSettings(database.url);
  await database.run("DROP TABLE signing_keys");
  await using issuer = await startTestIssuer(settings.env);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await issuer.becomes(503)).toMatchObject({
    checks: { database: "ok", keys: expect.stringContaining("migrations have not run") },
  });
});
