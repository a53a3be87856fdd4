import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { createIssuerDatabase } from "../support/issuer-database.ts";
import { billing, issuerSettings, reports, tenant } from "../support/issuer-settings.ts";
import { startTestIssuer } from "../support/start-test-issuer.ts";

const opened = new AsyncDisposableStack();
let issuer: Awaited<ReturnType<typeof startTestIssuer>>;

beforeAll(async () => {
  const database = opened.use(await createIssuerDatabase());
  const settings = opened.use(await issuerSettings(database.url));
  issuer = opened.use(await startTestIssuer(settings.env));
  await issuer.becomes(200);
});
afterAll(() => opened.disposeAsync());

const grant = { grant_type: "client_credentials" };

test("a service gets an ES256 access token in the shape of RFC 9068", async () => {
  const response = await issuer.token({ ...grant, resource: billing });

  expect(response.status).toBe(200);
  expect(response.headers.get("cache-control")).toContain("no-store");
  const answer = await response.json();
  expect(answer).toEqual({
    access_token: expect.any(String),
    expires_in: 300,
    scope: "invoices:read invoices:write",
    token_type: "Bearer",
  });
  expect(decodeProtectedHeader(answer.access_token)).toEqual({
    alg: "ES256",
    kid: expect.any(String),
    typ: "at+jwt",
  });
  const claims = decodeJwt(answer.access_token);
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
