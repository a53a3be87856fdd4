import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { JWTPayload } from "jose";
import { billing, reports, tenant } from "../support/issuer-settings.ts";
import { openIssuer } from "../support/open-issuer.ts";
import { openOwnKey } from "../support/own-key.ts";
import type { Credentials } from "../support/start-test-issuer.ts";
import { answerOf, claimsOf } from "../support/token-answer.ts";

let issuer: Awaited<ReturnType<typeof openIssuer>>;
let signOwn: Awaited<ReturnType<typeof openOwnKey>>;
beforeAll(async () => {
  issuer = await openIssuer();
  signOwn = await openOwnKey(issuer);
});
afterAll(() => issuer[Symbol.asyncDispose]());

/** What Ada's app has got for her: a token for billing, as after a log-in. */
function tokenOf(sub: string, claims: JWTPayload = {}) {
  const iat = Math.floor(Date.now() / 1_000);
  return signOwn({
    ...{ iss: "https://id.example.test", aud: billing, sub, client_id: "app", token_use: "user" },
    ...{ scope: "invoices:read reports:read", roles: ["customer", "reader"], tenant },
    ...{ auth_time: iat - 60, amr: ["pwd"], sid: "sid-1", iat, exp: iat + 300, jti: `jti-${iat}` },
    ...claims,
  });
}

const exchange = (subject_token: string, more = {}, client: Credentials = "svc-billing") =>
  issuer.token(
    {
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
      subject_token,
      ...more,
    },
    client,
  );

async function becomes(error: string, ask: () => Promise<Response>) {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if ((await answerOf(await ask())).error === error) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`it did not become ${error}`);
}

test("a service goes on as a person, with their session, and with what they may there", async () => {
  const response = await exchange(await tokenOf("usr_ada"));
  expect(response.status).toBe(200);
  expect(await claimsOf(response)).toMatchObject({
    ...{ aud: reports, sub: "usr_ada", client_id: "svc-billing", token_use: "user", tenant },
    ...{ sid: "sid-1", amr: ["pwd"], act: { sub: "svc-billing" } },
    scope: "reports:read", // not invoices:read: the service may that there, Ada may not
    roles: ["reader"], // not customer: she is that at billing alone
  });
});

test.each<[string, string, object, string]>([
  [
    "a scope that the service has there and the person has not",
    "usr_ada",
    { scope: "invoices:read" },
    "invalid_scope",
  ],
  ["a person who has no access there", "usr_carol", {}, "invalid_scope"],
  ["a person who is disabled", "usr_bob", {}, "invalid_request"],
  ["a person who does not exist", "usr_nobody", {}, "invalid_request"],
  ["a service that says it is a person", "svc-demo", {}, "invalid_request"],
])("%s: refused", async (_what, sub, more, error) => {
  const response = await exchange(await tokenOf(sub), more);
  expect(response.status).toBe(400);
  expect(await answerOf(response)).toMatchObject({ error });
});

test("a token that is a person's and says that it is a service's is refused", async () => {
  const response = await exchange(await tokenOf("usr_ada", { token_use: "service" }));
  expect(await answerOf(response)).toMatchObject({ error: "invalid_request" });
});

test("who has lost their access since, or is disabled, is refused", async () => {
  const access = [
    { resource: billing, scopes: ["invoices:read"], roles: ["clerk"] },
    { resource: reports, scopes: ["reports:read"], roles: ["reader"] },
  ];
  const declared = JSON.stringify({ sub: "usr_eve", username: "eve", access });
  await issuer.tollgate("users", "add", declared);
  // Each is a new token, minted after whatever was revoked: what refuses it in the end is not that.
  const ask = async () => exchange(await tokenOf("usr_eve"));
  await becomesFine(ask);

  await issuer.tollgate("users", "roles", "eve", reports, "--scopes", "");
  await becomes("invalid_scope", ask);
  await issuer.tollgate("users", "disable", "eve");
  await becomes("invalid_request", ask);
}, 60_000);

async function becomesFine(ask: () => Promise<Response>) {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if ((await ask()).status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("it was refused");
}
