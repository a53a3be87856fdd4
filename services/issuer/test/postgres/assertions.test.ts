import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { newKeyPair } from "../support/issuer-settings.ts";
import { openIssuer } from "../support/open-issuer.ts";
import { asserted, issuerUrl, signAssertion } from "../support/sign-assertion.ts";
import { answerOf, claimsOf } from "../support/token-answer.ts";

let issuer: Awaited<ReturnType<typeof openIssuer>>;
beforeAll(async () => {
  issuer = await openIssuer();
});
afterAll(() => issuer[Symbol.asyncDispose]());

const now = () => Math.floor(Date.now() / 1_000);
const remembered = async () => (await issuer.database.run("SELECT * FROM used_once")).length;

test.each([undefined, "JWT", "client-authentication+jwt"])(
  "a client that signs with its key gets a token, its assertion being typed %s",
  async (typ) => {
    const assertion = await signAssertion(typ === undefined ? {} : { header: { typ } });
    const response = await issuer.token(asserted(assertion), null);
    expect(response.status).toBe(200);
    expect(await claimsOf(response)).toMatchObject({ sub: "svc-signer", client_id: "svc-signer" });
  },
);

test("a client_id beside the assertion may be there, if it is the same", async () => {
  const same = asserted(await signAssertion(), { client_id: "svc-signer" });
  expect((await issuer.token(same, null)).status).toBe(200);
  const other = asserted(await signAssertion(), { client_id: "svc-demo" });
  expect((await issuer.token(other, null)).status).toBe(400);
});

test("an assertion is good for one token: its copy is refused", async () => {
  const form = asserted(await signAssertion());
  expect((await issuer.token(form, null)).status).toBe(200);
  const copy = await issuer.token(form, null);
  expect(copy.status).toBe(401);
  expect(await answerOf(copy)).toEqual({
    error: "invalid_client",
    error_description: "client authentication failed",
  });
});

test("the same jti of two clients is not the same assertion", async () => {
  const jti = "shared-by-chance";
  expect(
    (await issuer.token(asserted(await signAssertion({ claims: { jti } })), null)).status,
  ).toBe(200);
  const again = asserted(await signAssertion({ claims: { jti, exp: now() + 61 } }));
  expect((await issuer.token(again, null)).status).toBe(401);
});

// Audience injection (draft-ietf-oauth-rfc7523bis): a server that the client trusts elsewhere hands on
// what it got. Unbounded times and identifiers let a client grow what we must remember.
test.each<[string, Record<string, unknown>]>([
  ["names another audience beside us", { aud: [issuerUrl, "https://other.example"] }],
  ["names us in a list", { aud: [issuerUrl] }],
  ["names the token endpoint", { aud: `${issuerUrl}/oauth/token` }],
  ["names a host that the request forged", { aud: "http://evil.example/oauth/token" }],
  ["names us with a slash", { aud: `${issuerUrl}/` }],
  ["names no audience", { aud: undefined }],
  ["is good for ten years", { exp: now() + 315_360_000 }],
  ["lives for more than five minutes", { iat: now(), exp: now() + 301 }],
  ["is dated ahead, to live longer", { iat: now() + 200, exp: now() + 450 }],
  ["does not say since when", { iat: undefined }],
  ["does not say until when", { exp: undefined }],
  ["has expired ten seconds ago", { iat: now() - 60, exp: now() - 10 }],
  ["is not good yet", { nbf: now() + 60 }],
  ["has no identifier", { jti: undefined }],
  ["has an identifier of 10 kB", { jti: "x".repeat(10_000) }],
  ["has an identifier that is a number", { jti: 1 }],
  ["has times that are text", { iat: `${now()}` }],
  ["is issued by somebody else", { iss: "svc-demo" }],
  ["has no issuer", { iss: undefined }],
])("an assertion that %s is refused and takes no room", async (_what, claims) => {
  const before = await remembered();
  const response = await issuer.token(asserted(await signAssertion({ claims })), null);
  expect(response.status).toBe(401);
  expect(await answerOf(response)).toMatchObject({ error: "invalid_client" });
  expect(await remembered()).toBe(before);
});

test.each<[string, Parameters<typeof signAssertion>[0]]>([
  ["another key", { key: newKeyPair().privateKey }],
  ["another key's name", { header: { kid: "other" } }],
  ["the type of an access token", { header: { typ: "at+jwt" } }],
  ["an extension", { header: { crit: ["b64"], b64: true } }],
  ["the key of an unknown client", { claims: { iss: "svc-unknown", sub: "svc-unknown" } }],
  ["the key of a client that has a secret", { claims: { iss: "svc-demo", sub: "svc-demo" } }],
])("an assertion with %s is refused and takes no room", async (_what, changes) => {
  const before = await remembered();
  const response = await issuer.token(asserted(await signAssertion(changes)), null);
  expect(response.status).toBe(401);
  expect(await answerOf(response)).toEqual({
    error: "invalid_client",
    error_description: "client authentication failed",
  });
  expect(await remembered()).toBe(before);
});

test("an unsigned assertion is refused", async () => {
  const [, payload] = (await signAssertion()).split(".");
  const header = Buffer.from('{"alg":"none"}').toString("base64url");
  const response = await issuer.token(asserted(`${header}.${payload}.`), null);
  expect(response.status).toBe(401);
});

test.each(["", "x", "a.b.c", "a.b", "..", "e30.e30.", `${"a".repeat(12_000)}.b.c`])(
  "the assertion %.20j is answered as garbage",
  async (assertion) => {
    const response = await issuer.token(asserted(assertion), null);
    expect([400, 401]).toContain(response.status);
  },
);

test("no assertion is in the log or the audit trail", async () => {
  const assertion = await signAssertion();
  await issuer.token(asserted(assertion), null);
  await issuer.token(asserted(assertion), null);
  await issuer.audited();
  const everything = JSON.stringify([
    issuer.lines,
    await issuer.database.run("SELECT * FROM audit_events"),
  ]);
  for (const part of assertion.split(".").slice(1)) expect(everything).not.toContain(part);
});
