import { expect, test } from "@jest/globals";
import { createSigningKey, type SigningKey } from "@tollgate/shared/testing/signing-keys";
import { billing, startFixture } from "./support/gateway.ts";
import { startRotatingIssuer } from "./support/rotating-issuer.ts";

type Issuer = Awaited<ReturnType<typeof startRotatingIssuer>>;

/** A gateway that trusts a rotating issuer, with its JWKS settings as YAML. */
async function startBoth(jwks = "{}") {
  await using parts = new AsyncDisposableStack();
  const issuer = parts.use(await startRotatingIssuer());
  const gateway = parts.use(
    await startFixture({
      routes: (_own, upstream) => `
issuers:
  - { issuer: "${issuer.issuer}", jwks_uri: "${issuer.jwksUri}", jwks: ${jwks} }
routes:
  - path: /billing
    upstream: "${upstream}"
    audience: ${billing}
    rules: [{ methods: [GET] }, { methods: [POST], scopes: [invoices:write] }]
`,
    }),
  );
  const open = parts.move();
  const call = async (token: string, method = "GET") => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await gateway.send("/billing/x", { method, headers });
    const text = await response.text();
    const code = response.ok ? undefined : (JSON.parse(text) as { code: string }).code;
    return { status: response.status, code, response };
  };
  return { issuer, gateway, call, [Symbol.asyncDispose]: () => open.disposeAsync() };
}

const firstKey = ({ state }: Issuer) => state.published[0] as SigningKey;

/** Repeats a call until it answers this; what it answered before must have been `before`. */
async function becomes(call: () => Promise<{ status: number }>, status: number, before: number) {
  for (;;) {
    const answer = await call();
    if (answer.status === status) return answer;
    expect(answer.status).toBe(before);
  }
}

test("a flood of random kids causes no fetch within the cooldown, and known keys go on (Oathkeeper, lua-resty-openidc)", async () => {
  await using both = await startBoth();
  const { issuer, call } = both;
  const good = await issuer.token(firstKey(issuer));
  expect((await call(good)).status).toBe(200);
  const forger = await createSigningKey();

  const flood = Array.from({ length: 300 }, async (_, index) =>
    call(await issuer.token(forger, {}, { kid: `random-${index}` })),
  );
  const answers = await Promise.all(flood);

  expect(new Set(answers.map(({ status, code }) => `${status} ${code}`))).toEqual(
    new Set(["401 token_key_unknown"]),
  );
  expect(issuer.requests()).toBe(1);
  expect((await call(good)).status).toBe(200);
});

test.each([
  ["fails", (response) => response.writeHead(500).end()],
  ["hangs", () => undefined],
  ["answers no keys (mobula #28)", (response) => response.end('{"keys":[]}')],
  ["answers garbage", (response) => response.end("<html>")],
  ["redirects", (response) => response.writeHead(302, { location: "/elsewhere" }).end()],
  ["never stops", (response) => void setImmediate(pour, response)],
  ["is cut off", (response) => void response.write("{", () => response.destroy())],
] as [string, NonNullable<Issuer["state"]["misbehave"]>][])(
  "while the JWKS endpoint %s, known keys go on, unknown kids are a 401, and one fetch a window is made (node-jwks-rsa #385, node-jwks-rsa #502)",
  async (_how, misbehave) => {
    await using both = await startBoth("{ fresh: 1s, timeout: 200ms, failure_cooldown: 30s }");
    const { issuer, call } = both;
    const key = firstKey(issuer);
    expect((await call(await issuer.token(key))).status).toBe(200);
    issuer.state.misbehave = misbehave;
    const asked = issuer.nextRequest();
    while (issuer.requests() === 1) expect((await call(await issuer.token(key))).status).toBe(200);
    await asked;

    const unknown = await createSigningKey();
    for (let index = 0; index < 20; index++) {
      expect(await call(await issuer.token(key))).toMatchObject({ status: 200 });
      expect(await call(await issuer.token(unknown, {}, { kid: `${index}` }))).toMatchObject({
        status: 401,
        code: "token_key_unknown",
      });
    }
    expect(issuer.requests()).toBe(2);
  },
);

/** An answer without an end. */
function pour(response: { destroyed: boolean; write(text: string): boolean }) {
  if (response.destroyed) return;
  response.write(" ".repeat(65_536));
  setImmediate(pour, response);
}

test("a key that is new is fetched for within one cooldown (Envoy #36458, Envoy #37763, Envoy #39643, Envoy Gateway #4180)", async () => {
  await using both = await startBoth("{ fresh: 1h, cooldown: 1s }");
  const { issuer, call } = both;
  expect((await call(await issuer.token(firstKey(issuer)))).status).toBe(200);
  const next = await createSigningKey();
  issuer.state.published = [firstKey(issuer), next];
  const token = await issuer.token(next);

  await becomes(() => call(token), 200, 401);

  expect((await call(await issuer.token(firstKey(issuer)))).status).toBe(200);
  expect(issuer.requests()).toBe(2);
});

test("an outage beyond the limit of staleness is a 503 with Retry-After, not a 401 (PyJWT #1162, Envoy #13705)", async () => {
  await using both = await startBoth("{ fresh: 100ms, stale: 300ms }");
  const { issuer, call } = both;
  const token = await issuer.token(firstKey(issuer));
  expect((await call(token)).status).toBe(200);
  issuer.state.misbehave = (response) => response.writeHead(503).end();

  await becomes(() => call(token), 503, 200);
  const { code, response } = await call(token);

  expect(code).toBe("issuer_keys_unavailable");
  expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(response.headers.get("www-authenticate")).toBeNull();
});

test("a cached verdict ends with its key: withdrawn from the JWKS, the next request is a 401 (Oathkeeper #763)", async () => {
  await using both = await startBoth("{ fresh: 100ms }");
  const { issuer, call } = both;
  const token = await issuer.token(firstKey(issuer));
  expect((await call(token)).status).toBe(200);
  issuer.state.published = [await createSigningKey()];

  await becomes(() => call(token), 401, 200);

  expect(await call(token)).toMatchObject({ status: 401, code: "token_key_unknown" });
});

test("a cached verdict is no permission: what may be read may not be written (CVE-2021-32701, heimdall #3452)", async () => {
  await using both = await startBoth();
  const { issuer, gateway, call } = both;
  const token = await issuer.token(firstKey(issuer), { scope: "invoices:read" });
  expect((await call(token)).status).toBe(200);

  expect(await call(token, "POST")).toMatchObject({ status: 403, code: "scope_missing" });
  expect((await call(token)).status).toBe(200);
  expect(gateway.upstream.requests.map(({ method }) => method)).toEqual(["GET", "GET"]);
});

test("a cached verdict ends with exp: a token is not good for longer because it was used (fast-jwt 6.3.2)", async () => {
  await using both = await startBoth();
  const { issuer, call } = both;
  const now = Math.floor(Date.now() / 1_000);
  const key = firstKey(issuer);
  const token = await issuer.token(key, { iat: now - 60, exp: now - 3 }); // 5 s are tolerated
  const withoutIat = await issuer.token(key, { iat: undefined as never, exp: now + 60 });

  await becomes(() => call(token), 401, 200);

  expect(await call(token)).toMatchObject({ status: 401, code: "token_expired" });
  expect(await call(withoutIat)).toMatchObject({ status: 401, code: "token_claims_invalid" });
});

test("keys rotate under load without one refusal", async () => {
  await using both = await startBoth("{ fresh: 100ms }");
  const { issuer, call } = both;
  let signer = firstKey(issuer);
  let rotating = true;
  const load = Array.from({ length: 4 }, async () => {
    const statuses = new Set<number>();
    while (rotating) statuses.add((await call(await issuer.token(signer))).status);
    return [...statuses];
  });

  for (let rotation = 0; rotation < 5; rotation++) {
    const next = await createSigningKey();
    issuer.state.published = [signer, next];
    await issuer.nextRequest();
    await issuer.nextRequest(); // the answer before this one has been taken in
    signer = next;
  }
  rotating = false;

  expect(await Promise.all(load)).toEqual([[200], [200], [200], [200]]);
});
