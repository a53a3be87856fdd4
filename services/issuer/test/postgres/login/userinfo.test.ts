import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { decodeJwt } from "jose";
import { billing, reports } from "../../support/issuer-settings.ts";
import {
  authorizeParams,
  authorizePath,
  browserOf,
  codeFor,
  logIn,
  redeem,
  typePassword,
} from "../../support/log-in.ts";
import { openIssuer } from "../../support/open-issuer.ts";
import { people } from "../../support/people.ts";
import { answerOf } from "../../support/token-answer.ts";

let issuer: Awaited<ReturnType<typeof openIssuer>>;
let browser: ReturnType<typeof browserOf>;
beforeAll(async () => {
  issuer = await openIssuer();
  browser = browserOf(issuer);
});
afterAll(() => issuer[Symbol.asyncDispose]());

const ask = (authorization?: string) =>
  issuer.get("/oauth/userinfo", authorization === undefined ? {} : { headers: { authorization } });

async function tokenFor(scope: string, whose = browser): Promise<string> {
  const params = authorizeParams("app-web", { scope, nonce: "" });
  return (await redeem(issuer, "app-web", await codeFor(whose, params))).access_token;
}

test.each([
  ["openid invoices:read", { sub: "usr_ada" }],
  ["openid profile", { sub: "usr_ada", name: "Ada Lovelace", preferred_username: "ada" }],
  ["openid email", { sub: "usr_ada", email: "ada@example.com" }],
])("%s shows that much of a person", async (scope, shown) => {
  const response = await ask(`Bearer ${await tokenFor(scope)}`);
  expect(response.status).toBe(200);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(await response.json()).toEqual(shown);
  // OpenID Connect Core section 5.3.1: POST as well.
  const posted = await issuer.get("/oauth/userinfo", {
    method: "POST",
    headers: { authorization: `Bearer ${await tokenFor(scope)}` },
  });
  expect(await posted.json()).toEqual(shown);
});

test("no token is a challenge without an error, and any other token one with it", async () => {
  const none = await ask();
  expect(none.status).toBe(401);
  expect(none.headers.get("www-authenticate")).toBe("Bearer");
  const own = await issuer.token({ grant_type: "client_credentials", resource: billing });
  const { access_token } = await answerOf(own);
  const { id_token, refresh_token } = await logIn(issuer, "app-web", browser);
  for (const token of [access_token, id_token, refresh_token, "nonsense"]) {
    const refused = await ask(`Bearer ${token}`);
    expect(refused.status).toBe(401);
    expect(refused.headers.get("www-authenticate")).toBe('Bearer error="invalid_token"');
    expect(await refused.json()).toMatchObject({ error: "invalid_token" });
  }
});

test("a token that nobody asked openid for shows nobody", async () => {
  const refused = await ask(`Bearer ${await tokenFor("invoices:read")}`);
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({ error: "insufficient_scope" });
});

test("a token that a service was sent and handed on shows nobody", async () => {
  const hers = browserOf(issuer);
  const login = authorizePath(authorizeParams("app-web"));
  await typePassword(hers, await hers.follow(await hers.open(login)), people.mia);
  const subject = await tokenFor("openid email invoices:read", hers);
  const response = await issuer.token(
    {
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      subject_token: subject,
      subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
      resource: reports,
    },
    "svc-billing",
  );
  const { access_token } = await answerOf(response);
  expect(decodeJwt(access_token)).toMatchObject({ sub: "usr_mia", scope: "invoices:read" });
  expect((await ask(`Bearer ${access_token}`)).status).toBe(403);
});

test("an app in a browser may ask from its own origin, and another origin's may not", async () => {
  const form = { grant_type: "refresh_token", client_id: "app-web", refresh_token: "x" };
  const post = (origin: string) =>
    issuer.get("/oauth/token", {
      method: "POST",
      headers: { origin },
      body: new URLSearchParams(form),
    });
  const own = await post("https://app.example.test");
  expect(own.headers.get("access-control-allow-origin")).toBe("https://app.example.test");
  expect(await own.json()).toMatchObject({ error: "invalid_grant" });
  const foreign = await post("https://evil.example");
  expect(foreign.headers.get("access-control-allow-origin")).toBeNull();
  const asked = await issuer.get("/oauth/userinfo", {
    method: "OPTIONS",
    headers: {
      origin: "https://app.example.test",
      "access-control-request-method": "GET",
      "access-control-request-headers": "authorization",
    },
  });
  expect(asked.status).toBe(204);
  expect(asked.headers.get("access-control-allow-credentials")).toBeNull();
});
