import { writeFile } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import type { Revocation } from "@tollgate/shared/revocations/feed";
import { accessTokenClaims, signToken } from "@tollgate/shared/testing/signing-keys";
import type { JWTPayload } from "jose";
import { billing, startFixture } from "./support/gateway.ts";
import { startRevocationFeed } from "./support/revocation-feed.ts";

type Settings = { whenLost?: "allow" | "refuse"; feed?: string };

/** A gateway whose issuer has a revocation feed, and a second issuer that has none. */
async function startBoth({ whenLost = "allow", feed: elsewhere }: Settings = {}) {
  await using parts = new AsyncDisposableStack();
  const feed = parts.use(await startRevocationFeed());
  const gateway = parts.use(
    await startFixture({
      routes: (issuer, upstream) => `
issuers:
  - issuer: "${issuer.issuer}"
    jwks_uri: "${issuer.jwksUri}"
    revocations: { feed: "${elsewhere ?? feed.url}", when_lost: ${whenLost}, lost_after: 2s }
routes:
  - { path: /open, upstream: "${upstream}", access: public }
  - path: /billing
    upstream: "${upstream}"
    audience: ${billing}
    rules: [{ methods: [GET] }]
`,
    }),
  );
  const open = parts.move();
  const call = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await gateway.send("/billing/x", { headers });
    const text = await response.text();
    const code = response.ok ? undefined : (JSON.parse(text) as { code: string }).code;
    return { status: response.status, code, response };
  };
  return { feed, gateway, call, [Symbol.asyncDispose]: () => open.disposeAsync() };
}

type Both = Awaited<ReturnType<typeof startBoth>>;

/** Calls until it is refused, and says with what and after how long. */
async function refusalOf(call: Both["call"], token: string) {
  const startedAt = performance.now();
  for (;;) {
    const answer = await call(token);
    if (answer.status !== 200) return { ...answer, ms: performance.now() - startedAt };
  }
}

const person: JWTPayload = { sub: "usr_1", client_id: "app", sid: "s1", jti: "t1" };

test.each([
  ["token", "t1"],
  ["subject", "usr_1"],
  ["session", "s1"],
  ["client", "app"],
] as [Revocation["kind"], string][])(
  "a %s that is revoked is refused within two seconds, also where it was proven before",
  async (kind, value) => {
    await using both = await startBoth();
    const { gateway, feed, call } = both;
    const iat = Math.floor(Date.now() / 1_000) - 10;
    const token = await gateway.issuer.token({ ...person, iat });
    const other = await gateway.issuer.token({ sub: "usr_2", client_id: "app2", sid: "s2" });
    expect((await call(token)).status).toBe(200);

    feed.revoke({ kind, value });
    const { status, code, response, ms } = await refusalOf(call, token);

    expect({ status, code }).toEqual({ status: 401, code: "token_revoked" });
    expect(response.headers.get("www-authenticate")).toBe(
      `Bearer realm="${billing}", error="invalid_token", error_description="The access token was revoked"`,
    );
    expect(ms).toBeLessThan(2_000);
    expect((await call(other)).status).toBe(200);
    const before = gateway.upstream.requests.length;
    await call(token);
    expect(gateway.upstream.requests).toHaveLength(before);
  },
);

test("the tokens of a revoked key are refused while the JWKS still has it, with the kid or without", async () => {
  await using both = await startBoth();
  const { gateway, feed, call } = both;
  const { kid } = gateway.issuer.key;
  const claims = accessTokenClaims({ iss: gateway.issuer.issuer });
  const named = await signToken(gateway.issuer.key, claims);
  const nameless = await signToken(gateway.issuer.key, claims, { kid: undefined });
  expect([(await call(named)).status, (await call(nameless)).status]).toEqual([200, 200]);

  feed.revoke({ kind: "key", value: kid });

  expect(await refusalOf(call, named)).toMatchObject({ status: 401, code: "token_revoked" });
  expect(await call(nameless)).toMatchObject({ status: 401, code: "token_revoked" });
});

test("a person who was logged out everywhere can log in again", async () => {
  await using both = await startBoth();
  const { gateway, feed, call } = both;
  const now = Math.floor(Date.now() / 1_000);
  const before = await gateway.issuer.token({ ...person, iat: now - 10 });
  feed.revoke({ kind: "subject", value: "usr_1", not_before: now });

  await refusalOf(call, before);

  expect((await call(await gateway.issuer.token({ ...person, iat: now }))).status).toBe(200);
});

test("one issuer's revocations do not touch another issuer's tokens of the same names", async () => {
  await using feed = await startRevocationFeed();
  await using other = await startFixture();
  await using gateway = await startFixture({
    routes: (issuer, upstream) => `
issuers:
  - { issuer: "${issuer.issuer}", jwks_uri: "${issuer.jwksUri}", revocations: { feed: "${feed.url}" } }
  - { issuer: "${other.issuer.issuer}", jwks_uri: "${other.issuer.jwksUri}" }
routes:
  - path: /billing
    upstream: "${upstream}"
    audience: ${billing}
    rules: [{ methods: [GET] }]
`,
  });
  const call = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    return { status: (await gateway.send("/billing/x", { headers })).status } as never;
  };
  const iat = Math.floor(Date.now() / 1_000) - 10;
  feed.revoke({ kind: "subject", value: "usr_1" }, { kind: "token", value: "t1" });

  expect(await refusalOf(call, await gateway.issuer.token({ ...person, iat }))).toMatchObject({
    status: 401,
  });

  const theirs = await other.issuer.token({ ...person, iat });
  expect(await call(theirs)).toEqual({ status: 200 });
});

test("where revocations are followed, a token that none could name is refused", async () => {
  await using both = await startBoth();

  const answer = await both.call(await both.gateway.issuer.token({ jti: undefined as never }));

  expect(answer).toMatchObject({ status: 401, code: "token_claims_invalid" });
});

test("a lost feed lets tokens through by default, keeps what it knew, and says so", async () => {
  await using both = await startBoth();
  const { gateway, feed, call } = both;
  const revoked = await gateway.issuer.token(person);
  const token = await gateway.issuer.token();
  feed.revoke({ value: "t1" });
  await refusalOf(call, revoked);
  while ((await gateway.ready()).revocations !== "ok");
  feed.misbehave((response) => response.destroy());

  for (;;) {
    const { status, revocations } = await gateway.ready();
    expect(status).toBe(200);
    if (/^the feed of http.* is lost for \d+ s$/.test(revocations)) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }

  expect((await call(token)).status).toBe(200);
  expect(await call(revoked)).toMatchObject({ status: 401, code: "token_revoked" });
  const metrics = await gateway.metrics();
  expect(metrics).toMatch(/gateway_revocation_feed_lost\{issuer="[^"]+".*\} 1/);
  expect(metrics).toMatch(/gateway_revocation_feed_age_seconds\{.*\} [2-9]/);
  expect(metrics).toMatch(/gateway_revocation_entries\{.*\} 1/);
});

test("a feed that was never read refuses where it is to, with a 503 and Retry-After", async () => {
  await using both = await startBoth({ whenLost: "refuse", feed: "http://127.0.0.1:9/feed" });
  const { gateway, call } = both;

  const { status, code, response } = await call(await gateway.issuer.token());

  expect({ status, code }).toEqual({ status: 503, code: "revocations_unavailable" });
  expect(response.headers.get("retry-after")).toBe("2");
  expect(response.headers.get("www-authenticate")).toBeNull();
  expect((await gateway.send("/open", {})).status).toBe(200);
  expect(gateway.upstream.requests.map(({ url }) => url)).toEqual(["/open"]);
  expect((await gateway.ready()).status).toBe(503);
});

test("a feed that is lost refuses where it is to, and serves again when it is back", async () => {
  await using both = await startBoth({ whenLost: "refuse" });
  const { gateway, feed, call } = both;
  const token = await gateway.issuer.token();
  while ((await call(token)).status !== 200);
  feed.misbehave((response) => response.writeHead(503).end());

  const { status, code } = await refusalOf(call, token);
  expect({ status, code }).toEqual({ status: 503, code: "revocations_unavailable" });
  feed.misbehave(undefined);

  while ((await call(token)).status !== 200);
});

test("reading the routes again forgets no revocation and begins no second loop", async () => {
  await using both = await startBoth();
  const { gateway, feed, call } = both;
  const token = await gateway.issuer.token(person);
  feed.revoke({ value: "t1" });
  await refusalOf(call, token);
  const questions = feed.questions.filter((each) => !each.endsWith("?since"));

  for (let round = 0; round < 5; round++) {
    await writeFile(gateway.file, `${gateway.yaml}\n# ${round}`);
    gateway.reload();
    expect(await call(token)).toMatchObject({ status: 401, code: "token_revoked" });
  }

  expect(feed.questions.filter((each) => !each.endsWith("?since"))).toEqual(questions);
});
