import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createJwksClient } from "@tollgate/shared/jwks/jwks-client";
import { createTokenVerifier, requireAudience } from "@tollgate/shared/tokens/verify-token";
import { billing, reports, tenant } from "../support/issuer-settings.ts";
import { openIssuer } from "../support/open-issuer.ts";
import { answerOf, claimsOf, headerOf } from "../support/token-answer.ts";

let issuer: Awaited<ReturnType<typeof openIssuer>>;
beforeAll(async () => {
  issuer = await openIssuer();
});
afterAll(() => issuer[Symbol.asyncDispose]());

const grant = { grant_type: "client_credentials" };

test("a service gets an ES256 access token in the shape of RFC 9068", async () => {
  const response = await issuer.token({ ...grant, resource: billing });

  expect(response.status).toBe(200);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(await answerOf(response.clone())).toEqual({
    access_token: expect.any(String),
    expires_in: 300,
    scope: "invoices:read invoices:write",
    token_type: "Bearer",
  });
  expect(await headerOf(response.clone())).toEqual({
    alg: "ES256",
    kid: expect.any(String),
    typ: "at+jwt",
  });
  const claims = await claimsOf(response);
  expect(claims).toEqual({
    iss: "https://id.example.test",
    aud: billing,
    sub: "svc-demo",
    client_id: "svc-demo",
    iat: expect.any(Number),
    exp: Number(claims.iat) + 300,
    jti: expect.stringMatching(/^[\w-]{22,}$/),
    scope: "invoices:read invoices:write",
    roles: ["biller"],
    tenant,
    token_use: "service",
  });
});

test("the token is proven by the published keys, as the other services prove it", async () => {
  const { access_token } = await answerOf(await issuer.token({ ...grant, resource: billing }));
  const keys = createJwksClient({ url: `${issuer.url}/oauth/jwks`, algorithms: ["ES256"] });
  const verifyToken = createTokenVerifier([
    {
      policy: {
        issuer: "https://id.example.test",
        algorithms: ["ES256"],
        tokenTypes: ["at+jwt"],
        maxLifetimeSeconds: 3_600,
        clockToleranceSeconds: 5,
      },
      findKey: keys.findKey,
    },
  ]);

  const caller = await verifyToken(access_token);

  requireAudience(caller, billing);
  expect(caller).toMatchObject({ clientId: "svc-demo", tokenUse: "service", tenant });
});

test("another audience gets its own roles, life and algorithm, and no scope of the first", async () => {
  const response = await issuer.token({ ...grant, resource: reports });

  expect((await headerOf(response.clone())).alg).toBe("EdDSA");
  const claims = await claimsOf(response);
  expect(claims).toMatchObject({ aud: reports, scope: "reports:read", roles: ["reporter"] });
  expect(Number(claims.exp) - Number(claims.iat)).toBe(200);
});

test("only the scopes that were asked for are in the token", async () => {
  const form = { ...grant, resource: billing, scope: "invoices:read invoices:read" };
  const claims = await claimsOf(await issuer.token(form));
  expect(claims.scope).toBe("invoices:read");
});

test("a scope that is not granted is refused, not dropped", async () => {
  const form = { ...grant, resource: billing, scope: "invoices:read payments:write" };
  const response = await issuer.token(form);
  expect(response.status).toBe(400);
  expect(await answerOf(response)).toMatchObject({
    error: "invalid_scope",
    scope: "payments:write",
  });
});

test("a scope of another audience of the same client is refused", async () => {
  const response = await issuer.token({ ...grant, resource: billing, scope: "reports:read" });
  expect(await answerOf(response)).toMatchObject({ error: "invalid_scope" });
});

test("a client of one resource does not have to name it", async () => {
  const claims = await claimsOf(await issuer.token(grant, "svc-reader"));
  expect(claims).toMatchObject({ aud: billing, scope: "invoices:read", roles: [] });
});

test("a client of two resources has to name one", async () => {
  const response = await issuer.token(grant);
  expect(response.status).toBe(400);
  expect(await answerOf(response)).toMatchObject({ error: "invalid_target" });
});

test.each([
  ["unknown", "https://nothing.tollgate.internal"],
  ["another client's", reports],
  ["written in another way", `${billing}/`],
  ["not a URI", "billing"],
  ["one with a fragment", `${billing}#`],
  ["a property of every object", "__proto__"],
])("a resource that is %s is refused", async (_what, resource) => {
  const response = await issuer.token({ ...grant, resource }, "svc-reader");
  expect(response.status).toBe(400);
  expect(await answerOf(response)).toMatchObject({ error: "invalid_target" });
});

test("two resources in one request are refused: a token has one audience", async () => {
  const response = await issuer.token([
    ["grant_type", "client_credentials"],
    ["resource", billing],
    ["resource", reports],
  ]);
  expect(response.status).toBe(400);
  expect(await answerOf(response)).toMatchObject({ error: "invalid_target" });
});

test("a client's own shorter life is used, and an empty scope is still there", async () => {
  const response = await issuer.token(grant, "svc-hasty");
  expect(await answerOf(response.clone())).toMatchObject({ expires_in: 1 });
  const claims = await claimsOf(response);
  expect(claims).toMatchObject({ scope: "", roles: [] });
  expect(claims).not.toHaveProperty("tenant");
});

test("every token has an identifier of its own", async () => {
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => issuer.token(grant, "svc-reader").then(claimsOf)),
  );
  expect(new Set(answers.map(({ jti }) => jti)).size).toBe(50);
});

test("a minted token leaves one line, with its identifier and without itself", async () => {
  const answer = await issuer.token({ ...grant, resource: billing });
  const kid = (await headerOf(answer.clone())).kid;
  const { jti } = await claimsOf(answer.clone());
  const { access_token } = await answerOf(answer);

  const line = issuer.linesOf("token_issued").find((each) => each.jti === jti);

  expect(line).toMatchObject({
    client_id: "svc-demo",
    aud: billing,
    scope: "invoices:read invoices:write",
    kid,
    expires_in: 300,
    request_id: expect.any(String),
  });
  expect(JSON.stringify(issuer.lines)).not.toContain(access_token.split(".")[2]);
});
