import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { billing, tenant } from "../../support/issuer-settings.ts";
import {
  authorizeParams,
  authorizePath,
  browserOf,
  codeFor,
  redeem,
  typePassword,
} from "../../support/log-in.ts";
import { noticed } from "../../support/noticed.ts";
import { openIssuer } from "../../support/open-issuer.ts";
import { issuerUrl } from "../../support/sign-assertion.ts";

let issuer: Awaited<ReturnType<typeof openIssuer>>;
beforeAll(async () => {
  issuer = await openIssuer();
});
afterAll(() => issuer[Symbol.asyncDispose]());

test("a person logs in with code and PKCE, and the app gets tokens that are theirs", async () => {
  const browser = browserOf(issuer);
  const first = await browser.open(authorizePath(authorizeParams()));
  expect(first.status).toBe(303);
  const code = await codeFor(browser);
  const tokens = await redeem(issuer, "app-web", code);
  expect(tokens).toMatchObject({ status: 200, expires_in: 300, scope: "openid invoices:read" });

  expect(decodeProtectedHeader(tokens.access_token)).toMatchObject({ typ: "at+jwt", alg: "ES256" });
  const claims = decodeJwt(tokens.access_token);
  expect(claims).toEqual({
    iss: issuerUrl,
    aud: billing,
    sub: "usr_ada",
    client_id: "app-web",
    token_use: "user",
    tenant,
    scope: "openid invoices:read",
    roles: ["customer"],
    auth_time: expect.any(Number),
    amr: ["pwd"],
    sid: expect.any(String),
    jti: expect.any(String),
    iat: expect.any(Number),
    exp: Number(claims.iat) + 300,
  });
  expect(decodeProtectedHeader(tokens.id_token)).toMatchObject({ alg: "ES256" });
  expect(decodeJwt(tokens.id_token)).toMatchObject({
    ...{ iss: issuerUrl, aud: "app-web", sub: "usr_ada", nonce: "a nonce" },
    ...{ sid: claims.sid, amr: ["pwd"], auth_time: claims.auth_time },
  });
});

test("on this machine, without TLS, the cookies have no prefix and the login works", async () => {
  const origin = "http://localhost:9001";
  await using local = await openIssuer({ ISSUER_URL: origin });
  const browser = browserOf(local, origin);
  const code = await codeFor(browser);
  expect((await redeem(local, "app-web", code)).status).toBe(200);
  expect([...browser.jar.keys()]).toContain("tollgate_session /");
});

test("while the database is away, a person is told so on a page, and goes on afterwards", async () => {
  await using alone = await openIssuer();
  const browser = browserOf(alone);
  const begun = await browser.open(authorizePath(authorizeParams()));
  const page = await browser.follow(begun);
  await alone.database.takeDown();
  const away = await browser.open(begun.location);
  expect(away.status).toBe(503);
  expect(away.headers.get("retry-after")).toBe("2");
  expect(away.text).toContain("dependency_unavailable");
  await alone.database.bringBack();
  await noticed(async () => (await browser.open(begun.location)).status === 200);
  expect((await typePassword(browser, page)).params).toHaveProperty("code");
});
