import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { decodeJwt } from "jose";
import { billing, reports } from "../../support/issuer-settings.ts";
import {
  appPost,
  apps,
  authorizeParams,
  browserOf,
  codeFor,
  logIn,
  redeem,
  refresh,
  verifier,
} from "../../support/log-in.ts";
import { openIssuer } from "../../support/open-issuer.ts";
import { issuerUrl } from "../../support/sign-assertion.ts";

let issuer: Awaited<ReturnType<typeof openIssuer>>;
const browser = () => shared;
let shared: ReturnType<typeof browserOf>;
beforeAll(async () => {
  issuer = await openIssuer();
  shared = browserOf(issuer); // one login is enough for all of these
});
afterAll(() => issuer[Symbol.asyncDispose]());

const newCode = (changes: Record<string, string> = {}) =>
  codeFor(browser(), authorizeParams("app-web", changes));

test.each([
  ["no verifier", { code_verifier: "" }],
  ["another verifier", { code_verifier: `${verifier}x` }],
  [
    "the challenge as the verifier",
    { code_verifier: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" },
  ],
  ["another redirect URI", { redirect_uri: "http://127.0.0.1:4444/callback" }],
  ["another resource", { resource: reports }],
])("a code with %s gives nothing", async (_what, changes) => {
  const { status, error } = await redeem(issuer, "app-web", await newCode(), changes);
  expect(status).toBe(400);
  expect(error).toMatch(/^invalid_(grant|target)$/);
});

test("a code of one client is worth nothing to another", async () => {
  const code = await newCode();
  const stolen = { redirect_uri: apps["app-web"] };
  expect(await redeem(issuer, "app-shop", code, stolen)).toMatchObject({
    status: 400,
    error: "invalid_grant",
  });
  expect(await redeem(issuer, "app-strict", code, stolen)).toMatchObject({ status: 400 });
});

test("a confidential client gets nothing without its secret", async () => {
  const code = await codeFor(browser(), authorizeParams("app-shop"));
  const form = { grant_type: "authorization_code", code, code_verifier: verifier };
  const response = await fetch(`${issuer.url}/oauth/token`, {
    method: "POST",
    body: new URLSearchParams({
      ...form,
      client_id: "app-shop",
      redirect_uri: apps["app-shop"],
    }),
  });
  expect(response.status).toBe(401);
  expect((await redeem(issuer, "app-shop", code)).status).toBe(200);
});

test("a public client gets nothing in its own name", async () => {
  const answer = await appPost(issuer, "app-web", "/oauth/token", {
    grant_type: "client_credentials",
    resource: billing,
  });
  expect(answer).toMatchObject({ status: 400 });
  expect(answer).not.toHaveProperty("access_token");
});

test("a code that is used again takes what it gave, at every verifier", async () => {
  const tokens = await logIn(issuer);
  const thief = browserOf(issuer);
  const code = await codeFor(thief);
  const first = await redeem(issuer, "app-web", code);
  const second = await redeem(issuer, "app-web", code);
  expect(second).toMatchObject({ status: 400, error: "invalid_grant" });
  expect((await refresh(issuer, "app-web", first.refresh_token)).status).toBe(400);
  const { sid } = decodeJwt(first.access_token);
  const feed = await (await issuer.revocations()).json();
  expect(feed).toMatchObject({
    revocations: expect.arrayContaining([expect.objectContaining({ kind: "session", value: sid })]),
  });
  await issuer.audited();
  expect(issuer.linesOf("session_ended")).toContainEqual(
    expect.objectContaining({ sid, client_id: "app-web" }),
  );
  // Another session of the same person is not concerned.
  expect((await refresh(issuer, "app-web", tokens.refresh_token)).status).toBe(200);
});

test("after a code was used again its browser gets a new session for the app", async () => {
  const own = browserOf(issuer);
  const code = await codeFor(own);
  const first = await redeem(issuer, "app-web", code);
  await redeem(issuer, "app-web", code);
  const next = await redeem(issuer, "app-web", await codeFor(own));
  expect(next.status).toBe(200);
  expect(decodeJwt(next.access_token).sid).not.toBe(decodeJwt(first.access_token).sid);
  const userinfo = await issuer.get("/oauth/userinfo", {
    headers: { authorization: `Bearer ${next.access_token}` },
  });
  expect(userinfo.status).toBe(200);
});

test("without a resource and a scope of one, the token is for userinfo alone", async () => {
  const { resource: _none, ...params } = authorizeParams("app-web", { scope: "openid email" });
  const tokens = await redeem(issuer, "app-web", await codeFor(browser(), params));
  expect(decodeJwt(tokens.access_token)).toMatchObject({
    aud: issuerUrl,
    scope: "openid email",
    roles: [],
  });
  expect(decodeJwt(tokens.access_token)).not.toHaveProperty("email");
  expect(decodeJwt(tokens.id_token)).toMatchObject({ email: "ada@example.com" });
  expect(decodeJwt(tokens.id_token)).not.toHaveProperty("name");
});

test("a client of one resource need not name it", async () => {
  const { resource: _none, ...params } = authorizeParams("app-strict");
  const tokens = await redeem(issuer, "app-strict", await codeFor(browser(), params));
  expect(decodeJwt(tokens.access_token)).toMatchObject({
    aud: billing,
    scope: "openid invoices:read",
  });
});

test("without openid there is no ID token", async () => {
  const { nonce: _none, ...params } = authorizeParams("app-web", { scope: "invoices:read" });
  const tokens = await redeem(issuer, "app-web", await codeFor(browser(), params));
  expect(tokens).not.toHaveProperty("id_token");
  expect(decodeJwt(tokens.access_token)).toMatchObject({ scope: "invoices:read" });
});

test("another resource has its own scopes, roles, algorithm and life", async () => {
  const code = await newCode({ resource: reports, scope: "openid reports:read" });
  const tokens = await redeem(issuer, "app-web", code);
  expect(tokens).toMatchObject({ status: 200, expires_in: 200 });
  expect(decodeJwt(tokens.access_token)).toMatchObject({ aud: reports, roles: ["reader"] });
});
