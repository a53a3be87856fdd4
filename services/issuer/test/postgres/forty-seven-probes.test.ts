import { createSecretKey } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createSigningKey, signToken } from "@tollgate/shared/testing/signing-keys";
import { SignJWT } from "jose";
import {
  billing,
  digest,
  newKeyPair,
  reports,
  secrets,
  signer,
} from "../support/issuer-settings.ts";
import { openIssuer } from "../support/open-issuer.ts";
import { sendRaw } from "../support/send-raw.ts";
import { asserted, issuerUrl, signAssertion } from "../support/sign-assertion.ts";
import { basic } from "../support/start-test-issuer.ts";

let issuer: Awaited<ReturnType<typeof openIssuer>>;
beforeAll(async () => {
  issuer = await openIssuer();
});
afterAll(() => issuer[Symbol.asyncDispose]());

type Probe = {
  form: Record<string, string> | [string, string][];
  /** Who asks by the Authorization header; null for nobody. */
  by?: Parameters<typeof basic>[0] | null;
  headers?: Record<string, string | string[]>;
  path?: string;
  type?: string;
};

let asked = 0;
/** Each comes from an address of its own, so that none rests for what another did. */
async function answerTo({ form, by = "svc-demo", headers, path = "token", type }: Probe) {
  asked += 1;
  const answer = await sendRaw(issuer.url, {
    method: "POST",
    target: `/oauth/${path}`,
    headers: {
      "content-type": type ?? "application/x-www-form-urlencoded",
      "x-forwarded-for": `192.0.2.${asked}`,
      ...(by === null ? {} : { authorization: basic(by) }),
      ...headers,
    },
    body: new URLSearchParams(form).toString(),
  });
  const body = answer.text === "" ? {} : JSON.parse(answer.text);
  return { status: answer.status, body };
}

const own = { grant_type: "client_credentials" };
const minted = { ...own, resource: billing };
const exchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange";
const accessToken = "urn:ietf:params:oauth:token-type:access_token";
const tokenOf = async (form: Record<string, string>): Promise<string> =>
  (await answerTo({ form })).body.access_token;
const trade = (subject_token: string, changes: Record<string, string> = {}): Probe => ({
  by: "svc-billing",
  form: {
    ...{ grant_type: exchangeGrant, subject_token, subject_token_type: accessToken },
    ...{ resource: reports, scope: "invoices:read", ...changes },
  },
});
const signed = async (...changes: Parameters<typeof signAssertion>): Promise<Probe> => ({
  by: null,
  form: asserted(await signAssertion(...changes)),
});
const now = () => Math.floor(Date.now() / 1_000);
const without = (claim: string): Record<string, unknown> => ({ [claim]: undefined });
const copies: Record<string, string> = {};
/** What a strict target answers; a 200 that is refused, or the other way round, is an engine that changed. */
const probes: readonly [what: string, expected: string, () => Probe | Promise<Probe>][] = [
  ["all that a client may have at a resource", "200", () => ({ form: minted })],
  ["one scope of it", "200", () => ({ form: { ...minted, scope: "invoices:read" } })],
  [
    "a client of one resource, which it need not name",
    "200",
    () => ({ form: own, by: "svc-reader" }),
  ],
  [
    "the secret of the second slot",
    "200",
    () => ({ form: minted, by: { id: "svc-demo", secret: secrets["svc-demo-old"] } }),
  ],
  [
    "a scope that is not granted",
    "400 invalid_scope",
    () => ({ form: { ...minted, scope: "admin" } }),
  ],
  [
    "a granted scope beside one that is not",
    "400 invalid_scope",
    () => ({ form: { ...minted, scope: "invoices:read admin" } }),
  ],
  [
    "a scope of another resource",
    "400 invalid_scope",
    () => ({ form: { ...minted, scope: "reports:read" } }),
  ],
  [
    "a scope with a quote in it",
    "400 invalid_scope",
    () => ({ form: { ...minted, scope: 'a"b' } }),
  ],
  ["no resource where there are two", "400 invalid_target", () => ({ form: own })],
  [
    "a resource that nobody declared",
    "400 invalid_target",
    () => ({ form: { ...own, resource: "https://else.internal" } }),
  ],
  [
    "a resource of others",
    "400 invalid_target",
    () => ({ form: { ...own, resource: reports }, by: "svc-reader" }),
  ],
  [
    "a resource with a fragment",
    "400 invalid_target",
    () => ({ form: { ...own, resource: `${billing}#x` } }),
  ],
  [
    "a resource that is no address",
    "400 invalid_target",
    () => ({ form: { ...own, resource: "billing" } }),
  ],
  [
    "two resources",
    "400 invalid_target",
    () => ({ form: [...Object.entries(minted), ["resource", reports]] }),
  ],
  [
    "a wrong secret",
    "401 invalid_client",
    () => ({ form: minted, by: { id: "svc-demo", secret: "x" } }),
  ],
  [
    "a client that nobody declared",
    "401 invalid_client",
    () => ({ form: minted, by: { id: "svc-else", secret: "x" } }),
  ],
  ["a disabled client", "401 invalid_client", () => ({ form: minted, by: "svc-disabled" })],
  [
    "the secret's hash for the secret",
    "401 invalid_client",
    () => ({ form: own, by: { id: "svc-reader", secret: digest(secrets["svc-reader"]) } }),
  ],
  [
    "the secret in the body",
    "401 invalid_client",
    () => ({
      form: { ...own, client_id: "svc-reader", client_secret: secrets["svc-reader"] },
      by: null,
    }),
  ],
  [
    "the secret in the body too",
    "400 invalid_request",
    () => ({ form: { ...own, client_secret: secrets["svc-reader"] }, by: "svc-reader" }),
  ],
  [
    "the secret in the query",
    "400 invalid_request",
    () => ({
      form: own,
      by: null,
      path: `token?client_id=svc-reader&client_secret=${secrets["svc-reader"]}`,
    }),
  ],
  ["nobody", "400 invalid_request", () => ({ form: own, by: null })],
  [
    "one client in the header, another in the body",
    "400 invalid_request",
    () => ({ form: { ...minted, client_id: "svc-reader" } }),
  ],
  [
    "a Bearer token for Basic",
    "401 invalid_client",
    () => ({ form: minted, headers: { authorization: "Bearer x" } }),
  ],
  [
    "two Authorization headers",
    "401 invalid_client",
    () => ({ form: minted, headers: { authorization: [basic("svc-demo"), basic("svc-demo")] } }),
  ],
  [
    "an assertion",
    "200",
    async () => {
      const probe = await signed();
      Object.assign(copies, probe.form);
      return probe;
    },
  ],
  ["a copy of that assertion", "401 invalid_client", () => ({ form: copies, by: null })],
  [
    "an assertion for us and somebody else",
    "401 invalid_client",
    () => signed({ claims: { aud: [issuerUrl, "https://else"] } }),
  ],
  [
    "an assertion for the token endpoint",
    "401 invalid_client",
    () => signed({ claims: { aud: `${issuerUrl}/oauth/token` } }),
  ],
  [
    "an assertion for the Host that the request names",
    "401 invalid_client",
    async () => ({
      ...(await signed({ claims: { aud: "http://evil.example/oauth/token" } })),
      headers: { host: "evil.example", "x-forwarded-host": "evil.example" },
    }),
  ],
  [
    "an assertion that lives for ten years",
    "401 invalid_client",
    () => signed({ claims: { exp: now() + 315_360_000 } }),
  ],
  ["an assertion without iat", "401 invalid_client", () => signed({ claims: without("iat") })],
  [
    "an assertion that expired ten seconds ago",
    "401 invalid_client",
    () => signed({ claims: { iat: now() - 60, exp: now() - 10 } }),
  ],
  ["an assertion without jti", "401 invalid_client", () => signed({ claims: without("jti") })],
  [
    "an assertion with a jti of 10 kB",
    "401 invalid_client",
    () => signed({ claims: { jti: "x".repeat(10_000) } }),
  ],
  [
    "an assertion signed by another key",
    "401 invalid_client",
    () => signed({ key: newKeyPair().privateKey }),
  ],
  [
    "an assertion signed with the public key as a secret",
    "401 invalid_client",
    async () => ({ by: null, form: asserted(await signedByPublicKey()) }),
  ],
  [
    "the password grant",
    "400 unsupported_grant_type",
    () => ({ form: { grant_type: "password", username: "ada", password: "x" } }),
  ],
  [
    "the implicit grant",
    "400 unsupported_grant_type",
    () => ({ form: { grant_type: "implicit" } }),
  ],
  ["no grant", "400 invalid_request", () => ({ form: {} })],
  ["a body of JSON", "400 invalid_request", () => ({ form: minted, type: "application/json" })],
  ["an exchange of a token for its caller", "200", async () => trade(await tokenOf(minted))],
  [
    "an exchange for more than the subject has",
    "400 invalid_scope",
    async () => trade(await tokenOf(minted), { scope: "invoices:read reports:read" }),
  ],
  [
    "an exchange of a token that is not for the caller",
    "400 invalid_request",
    async () => trade(await tokenOf({ ...own, resource: reports })),
  ],
  [
    "an exchange of a token that somebody else signed",
    "400 invalid_request",
    async () => trade(await foreign()),
  ],
  ["an exchange of an assertion", "400 invalid_request", async () => trade(await signAssertion())],
  [
    "introspection of a token for another service",
    "200 inactive",
    async () => ({ by: "svc-reports", path: "introspect", form: { token: await tokenOf(minted) } }),
  ],
];

test("there are 47", () => {
  expect(probes).toHaveLength(47);
});

test.each(probes)("%s: %s", async (_what, expected, probe) => {
  const { status, body } = await answerTo(await probe());

  const said: string = body.active === false ? "inactive" : (body.error ?? "");
  expect(`${status} ${said}`.trim()).toBe(expected);
  expect(typeof body.access_token).toBe(expected === "200" ? "string" : "undefined");
});

/** RFC 8725 section 2.1: what verifies under HS256 for who takes any algorithm with the key at hand. */
function signedByPublicKey(): Promise<string> {
  const key = createSecretKey(Buffer.from(JSON.stringify(signer.publicJwk)));
  const claims = { iss: "svc-signer", sub: "svc-signer", aud: issuerUrl, jti: "a jti" };
  const token = new SignJWT(claims).setIssuedAt().setExpirationTime("60s");
  return token.setProtectedHeader({ alg: "HS256" }).sign(key);
}

async function foreign(): Promise<string> {
  const claims = { iss: issuerUrl, aud: billing, sub: "svc-demo", exp: now() + 60 };
  return await signToken(await createSigningKey(), claims);
}
