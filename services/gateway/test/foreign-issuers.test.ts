import { expect, test } from "@jest/globals";
import {
  accessTokenClaims,
  signToken,
  startTestIssuer,
} from "@tollgate/shared/testing/signing-keys";
import type { JWTPayload } from "jose";
import { billing, startFixture } from "./support/gateway.ts";

/** A gateway that trusts our issuer for /billing and one like FusionAuth, whose `typ` is always JWT. */
async function startBoth() {
  await using parts = new AsyncDisposableStack();
  const foreign = parts.use(await startTestIssuer());
  const gateway = parts.use(
    await startFixture({
      routes: (issuer, upstream) => `
issuers:
  - { issuer: "${issuer.issuer}", jwks_uri: "${issuer.jwksUri}" }
  - { issuer: "${foreign.issuer}", jwks_uri: "${foreign.jwksUri}", token_types: [JWT] }
routes:
  - path: /billing
    upstream: "${upstream}"
    audience: ${billing}
    rules: [{ methods: [GET] }]
  - path: /ours
    upstream: "${upstream}"
    audience: ${billing}
    issuers: ["${issuer.issuer}"]
    rules: [{ methods: [GET] }]
  - path: /patterns
    upstream: "${upstream}"
    audience: "^(a+)+$"
    rules: [{ methods: [GET] }]
`,
    }),
  );
  const open = parts.move();
  const call = async (token: string, path = "/billing") => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await gateway.send(path, { headers });
    const text = await response.text();
    if (response.ok) return { status: response.status };
    return { status: response.status, code: (JSON.parse(text) as { code: string }).code };
  };
  const foreignToken = (claims: JWTPayload = {}, header: object = { typ: "JWT" }) =>
    signToken(foreign.key, accessTokenClaims({ iss: foreign.issuer, ...claims }), header);
  return { gateway, call, foreignToken, [Symbol.asyncDispose]: () => open.disposeAsync() };
}

test("the type of an access token is its issuer's: JWT here, at+jwt there, and never the other's", async () => {
  await using both = await startBoth();
  const { gateway, call, foreignToken } = both;
  const ours = (header: object) =>
    signToken(gateway.issuer.key, accessTokenClaims({ iss: gateway.issuer.issuer }), header);

  expect(await call(await foreignToken())).toEqual({ status: 200 });
  expect(await call(await ours({ typ: "application/AT+JWT" }))).toEqual({ status: 200 });
  for (const token of [
    await foreignToken({}, { typ: "at+jwt" }),
    await foreignToken({}, { typ: undefined }),
    await ours({ typ: "JWT" }),
    await ours({ typ: "txntoken+jwt" }),
    await ours({ typ: "client-authentication+jwt" }),
  ]) {
    expect(await call(token)).toEqual({ status: 401, code: "token_type_not_allowed" });
  }
});

test.each([
  ["an ID token of the code flow", { at_hash: "x", nonce: "y" }],
  ["an ID token of the hybrid flow", { c_hash: "x" }],
  [
    "a logout token",
    { events: { "http://schemas.openid.net/event/backchannel-logout": {} }, sid: "s" },
  ],
])(
  "%s is no access token, also where all types are JWT (wso2/api-manager #2948)",
  async (_what, claims) => {
    await using both = await startBoth();

    const answer = await both.call(await both.foreignToken(claims));

    expect(answer).toEqual({ status: 401, code: "token_type_not_allowed" });
    expect(both.gateway.upstream.requests).toEqual([]);
  },
);

test("a client's assertion, whose issuer is itself, is of an issuer that nobody trusts", async () => {
  await using both = await startBoth();

  const answer = await both.call(await both.foreignToken({ iss: "svc-demo", sub: "svc-demo" }));

  expect(answer).toEqual({ status: 401, code: "token_issuer_unknown" });
});

test("an issuer that is trusted elsewhere is not trusted on a route that names others", async () => {
  await using both = await startBoth();
  const token = await both.foreignToken();

  expect(await both.call(token)).toEqual({ status: 200 });
  expect(await both.call(token, "/ours")).toEqual({ status: 401, code: "token_issuer_unknown" });
});

test("what the configuration names is compared, never matched as a pattern (CVE-2026-35041)", async () => {
  await using both = await startBoth();
  const { call, foreignToken } = both;

  const literal = await call(await foreignToken({ aud: "^(a+)+$" }), "/patterns");
  const matching = await call(await foreignToken({ aud: "aaa" }), "/patterns");
  const costly = await call(await foreignToken({ aud: `${"a".repeat(4_000)}!` }), "/patterns");

  expect(literal).toEqual({ status: 200 });
  expect([matching, costly].map((each) => ({ ...each }))).toEqual([
    { status: 401, code: "token_audience_mismatch" },
    { status: 401, code: "token_audience_mismatch" },
  ]);
});

test("refusals are not shared: each names its own route, whatever happens at once (Oathkeeper before 26.2.5)", async () => {
  await using both = await startBoth();
  const authorization = `Bearer ${(await both.foreignToken()).slice(0, -8)}AAAAAAAA`;

  const answers = await Promise.all(
    Array.from({ length: 40 }, async (_, index) => {
      const path = index % 2 === 0 ? "/billing" : "/patterns";
      const requestId = `request-${index}`;
      const headers = { authorization, "x-request-id": requestId };
      const response = await both.gateway.send(`${path}/${index}`, { headers });
      return { path, requestId, response, body: (await response.json()) as object };
    }),
  );

  for (const [index, { path, requestId, response, body }] of answers.entries()) {
    const realm = path === "/billing" ? billing : "^(a+)+$";
    expect(response.headers.get("www-authenticate")).toContain(`realm="${realm}"`);
    expect(body).toMatchObject({ request_id: requestId, instance: `${path}/${index}` });
  }
});
