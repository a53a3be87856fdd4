import { expect, test } from "@jest/globals";
import { startTestIssuer } from "@tollgate/shared/testing/signing-keys";
import { startFixture } from "./support/gateway.ts";

const unreachable = "http://127.0.0.1:9/jwks";

test("while an issuer's keys were never had, its tokens get a 503 and not a 401", async () => {
  await using gateway = await startFixture({
    routes: (issuer, upstream) => `
issuers:
  - { issuer: "${issuer.issuer}", jwks_uri: "${unreachable}" }
routes:
  - { path: /open, upstream: "${upstream}", access: public }
  - path: /billing
    upstream: "${upstream}"
    audience: https://billing.tollgate.internal
    rules: [{ methods: [GET] }]
`,
  });

  const response = await gateway.get("/billing/x", {});
  const open = await gateway.send("/open", {});

  expect(response.status).toBe(503);
  expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(response.headers.get("www-authenticate")).toBeNull();
  expect(await response.json()).toMatchObject({ code: "issuer_keys_unavailable" });
  expect(open.status).toBe(200);
  expect(gateway.upstream.requests.map((each) => each.url)).toEqual(["/open"]);
});

test("the gateway goes on judging tokens while the issuer is down", async () => {
  const issuer = await startTestIssuer();
  await using gateway = await startFixture({
    routes: (_own, upstream) => `
issuers:
  - { issuer: "${issuer.issuer}", jwks_uri: "${issuer.jwksUri}" }
routes:
  - path: /billing
    upstream: "${upstream}"
    audience: https://billing.tollgate.internal
    rules: [{ methods: [GET] }]
`,
  });
  const token = await issuer.token();
  const call = () => gateway.send("/billing/x", { headers: { authorization: `Bearer ${token}` } });
  const before = await call();
  await issuer[Symbol.asyncDispose]();

  const during = await call();

  expect([before.status, during.status]).toEqual([200, 200]);
});
