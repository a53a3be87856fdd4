import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createSigningKey, signToken } from "@tollgate/shared/testing/signing-keys";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { billing, reports } from "../support/issuer-settings.ts";
import { openIssuer } from "../support/open-issuer.ts";
import { signAssertion } from "../support/sign-assertion.ts";
import { answerOf } from "../support/token-answer.ts";

let issuer: Awaited<ReturnType<typeof openIssuer>>;
beforeAll(async () => {
  issuer = await openIssuer();
});
afterAll(() => issuer[Symbol.asyncDispose]());

const mint = async (resource: string) =>
  (await answerOf(await issuer.token({ grant_type: "client_credentials", resource }))).access_token;

test("a service that a token is meant for learns what is in it", async () => {
  const token = await mint(billing);
  const response = await issuer.introspect(token, "svc-billing");
  expect(response.status).toBe(200);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(await response.json()).toEqual({
    active: true,
    token_type: "Bearer",
    ...decodeJwt(token),
  });
});

test("the client that a token was minted for may ask as well", async () => {
  const response = await issuer.introspect(await mint(reports), "svc-demo");
  expect(await response.json()).toMatchObject({ active: true, aud: reports });
});

// Keycloak CVE-2026-37979: any confidential client could read the tokens of others.
test.each(["svc-reports", "svc-reader"] as const)(
  "for %s a token for billing is inactive, and nothing else",
  async (client) => {
    const response = await issuer.introspect(await mint(billing), client);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ active: false });
  },
);

test("what is not a live access token of ours is inactive", async () => {
  const token = await mint(billing);
  const [header, payload, signature = ""] = token.split(".");
  const foreign = await createSigningKey();
  const { kid = "" } = decodeProtectedHeader(token);
  const claims = decodeJwt(token);
  const tokens = {
    "with another signature": `${header}.${payload}.${signature.split("").reverse().join("")}`,
    "signed by a key of another": await signToken(foreign, claims),
    "signed by a key of another under our kid": await signToken(foreign, claims, { kid }),
    "an assertion": await signAssertion(),
    opaque: "1234567890123456789012345678901234567890123",
    garbage: "a.b.c",
  };
  for (const [_what, each] of Object.entries(tokens)) {
    const response = await issuer.introspect(each, "svc-billing");
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ active: false });
  }
});

test("nobody is told anything without credentials, or without a token", async () => {
  const token = await mint(billing);
  expect((await issuer.introspect(token, null)).status).toBe(400);
  expect((await issuer.introspect(token, { id: "svc-billing", secret: "x" })).status).toBe(401);
  expect((await issuer.introspect("", "svc-billing")).status).toBe(400);
});

test("a revoked token is inactive, and revoking it is answered alike whatever it is", async () => {
  const token = await mint(billing);
  for (const each of [token, token, "nonsense", "a.b.c"]) {
    const response = await issuer.revoke(each, "svc-demo");
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("");
  }
  expect(await (await issuer.introspect(token, "svc-billing")).json()).toEqual({ active: false });
});

test("no other client can revoke a token, not even the service that it is meant for", async () => {
  const token = await mint(billing);
  for (const client of ["svc-billing", "svc-reader"] as const) {
    expect((await issuer.revoke(token, client)).status).toBe(200);
  }
  expect((await issuer.revoke(token, { id: "svc-demo", secret: "x" })).status).toBe(401);
  const response = await issuer.introspect(token, "svc-billing");
  expect(await response.json()).toMatchObject({ active: true });
});
