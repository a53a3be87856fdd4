import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createSigningKey, signToken } from "@tollgate/shared/testing/signing-keys";
import { decodeJwt, type JWTPayload } from "jose";
import { billing, reports, tenant } from "../support/issuer-settings.ts";
import { openIssuer } from "../support/open-issuer.ts";
import { openOwnKey } from "../support/own-key.ts";
import { signAssertion } from "../support/sign-assertion.ts";
import type { Credentials } from "../support/start-test-issuer.ts";
import { answerOf, claimsOf } from "../support/token-answer.ts";

let issuer: Awaited<ReturnType<typeof openIssuer>>;
let signOwn: Awaited<ReturnType<typeof openOwnKey>>;
beforeAll(async () => {
  issuer = await openIssuer();
  signOwn = await openOwnKey(issuer);
});
afterAll(() => issuer[Symbol.asyncDispose]());

const type = (name: string) => `urn:ietf:params:oauth:token-type:${name}`;
const form = (subject: string | undefined, changes: Record<string, string> = {}) => ({
  grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
  ...(subject === undefined ? {} : { subject_token: subject }),
  subject_token_type: type("access_token"),
  ...changes,
});
const exchange = (
  subject: string | undefined,
  changes: Record<string, string> = {},
  client: Credentials = "svc-billing",
) => issuer.token(form(subject, changes), client);
const mint = async (scope = "invoices:read invoices:write") =>
  (
    await answerOf(
      await issuer.token({ grant_type: "client_credentials", resource: billing, scope }),
    )
  ).access_token;
const changed = async (claims: JWTPayload, header = {}) =>
  signOwn({ ...decodeJwt(await mint()), ...claims }, header);
const seconds = () => Math.floor(Date.now() / 1_000);

test("a service goes on with its caller's token, as itself, for less and not for long", async () => {
  const subject = await mint();
  const response = await exchange(subject);
  expect(response.status).toBe(200);
  expect(await answerOf(response.clone())).toEqual({
    access_token: expect.any(String),
    issued_token_type: type("access_token"),
    token_type: "Bearer",
    expires_in: 120,
    scope: "invoices:read",
  });
  const claims = await claimsOf(response);
  expect(claims).toEqual({
    iss: "https://id.example.test",
    aud: reports,
    sub: "svc-demo",
    client_id: "svc-billing",
    token_use: "service",
    tenant,
    scope: "invoices:read",
    roles: [],
    act: { sub: "svc-billing" },
    iat: expect.any(Number),
    exp: Number(claims.iat) + 120,
    jti: expect.any(String),
  });
  expect(claims.jti).not.toBe(decodeJwt(subject).jti);
});

test("who acted for whom is in the token, three deep and no deeper", async () => {
  let token = await mint();
  const act: unknown[] = [];
  for (const client of ["svc-billing", "svc-reports", "svc-billing"] as const) {
    const response = await exchange(token, {}, client);
    expect(response.status).toBe(200);
    token = (await answerOf(response)).access_token;
    act.push(decodeJwt(token).act);
  }
  expect(act.at(-1)).toEqual({
    sub: "svc-billing",
    act: { sub: "svc-reports", act: { sub: "svc-billing" } },
  });
  expect((await exchange(token, {}, "svc-reports")).status).toBe(400);
});

test("an exchange is one line and one row, with the chain and the subject's identifier", async () => {
  const subject = await mint();
  const { jti } = await claimsOf(await exchange(subject));
  await issuer.audited();
  const rows = await issuer.database.run(`SELECT * FROM audit_events WHERE jti = '${jti}'`);
  expect(rows).toMatchObject([
    {
      event: "token_exchanged",
      client_id: "svc-billing",
      sub: "svc-demo",
      details: { act: { sub: "svc-billing" }, subject_jti: decodeJwt(subject).jti, aud: reports },
    },
  ]);
  const signature = subject.split(".")[2];
  expect(JSON.stringify([issuer.lines, rows])).not.toContain(signature);
});

test("an exchanged token dies with what its subject's would: its session, its subject", async () => {
  const subject = await changed({ sid: "session-1", auth_time: 1, amr: ["pwd"] });
  const { access_token } = await answerOf(await exchange(subject));
  expect(decodeJwt(access_token)).toMatchObject({ sid: "session-1", auth_time: 1, amr: ["pwd"] });
  const active = async () =>
    (await (await issuer.introspect(access_token, "svc-reports")).json()) as { active: boolean };
  expect((await active()).active).toBe(true);
  await issuer.tollgate("revoke", "session", "session-1");
  expect((await active()).active).toBe(false);
});

// Keycloak CVE-2026-9704 and CVE-2026-93999, toolhive #5882: exchange is where privileges grow.
const subjects: Record<string, () => Promise<string | undefined>> = {
  missing: async () => undefined,
  empty: async () => "",
  "an ID token": () => changed({ aud: "svc-billing" }, { typ: undefined }),
  "an ID token for the service": () => changed({}, { typ: "JWT" }),
  "a client's assertion": () => signAssertion(),
  opaque: async () => "a-refresh-token-of-43-characters-is-not-a-jwt",
  expired: () => changed({ iat: seconds() - 100, exp: seconds() - 1 }),
  "of a life that we do not mint": () => changed({ exp: seconds() + 86_400 }),
  "signed by another": async () => signToken(await createSigningKey(), decodeJwt(await mint())),
  "of another issuer": () => changed({ iss: "https://evil.example" }),
  "for another audience": () => changed({ aud: reports }),
  "for two audiences": () => changed({ aud: [billing, reports] } as JWTPayload),
  "of a client that is disabled": () => changed({ sub: "svc-disabled" }),
  "of nobody": () => changed({ sub: "usr_unknown", token_use: "user" }),
  async revoked() {
    const token = await mint();
    await issuer.revoke(token, "svc-demo");
    return token;
  },
};

const wishes: Record<string, Record<string, string>> = {
  "nothing more": {},
  "a wider scope": { scope: "invoices:read reports:read" },
  "a target that is not granted": { resource: billing },
  "a target that is not there": { resource: "https://nothing.tollgate.internal" },
};

test.each(
  Object.keys(subjects).flatMap((subject) => Object.keys(wishes).map((wish) => [subject, wish])),
)("a subject token that is %s gets nowhere, wishing for %s", async (subject, wish) => {
  const response = await exchange(await subjects[String(subject)]?.(), wishes[String(wish)]);
  expect(response.status).toBe(400);
  expect(await answerOf(response)).toMatchObject({
    error: expect.stringMatching(/^invalid_(request|target|scope)$/),
  });
});

test.each<[string, Record<string, string>, string]>([
  ["a scope that the subject lacks", { scope: "reports:read" }, "invalid_scope"],
  ["a scope that the caller lacks", { scope: "invoices:write" }, "invalid_scope"],
  ["a target that is not granted", { resource: billing }, "invalid_target"],
  ["an audience by name", { audience: "reports" }, "invalid_target"],
  ["a refresh token", { requested_token_type: type("refresh_token") }, "invalid_request"],
  ["an ID token", { requested_token_type: type("id_token") }, "invalid_request"],
  ["another actor", { actor_token: "x", actor_token_type: type("jwt") }, "invalid_request"],
  ["an ID token's exchange", { subject_token_type: type("id_token") }, "invalid_request"],
  ["a refresh token's exchange", { subject_token_type: type("refresh_token") }, "invalid_request"],
  ["an unnamed type's exchange", { subject_token_type: "" }, "invalid_request"],
])("with a good subject token, %s is refused", async (_what, changes, error) => {
  const response = await exchange(await mint(), changes);
  expect(response.status).toBe(400);
  expect(await answerOf(response)).toMatchObject({ error });
});

test("a client that may not exchange cannot, and nobody can without credentials", async () => {
  const subject = await mint();
  expect((await exchange(subject, {}, "svc-reader")).status).toBe(400);
  expect((await exchange(subject, {}, "svc-reports")).status).toBe(400); // it is not meant for it
  expect((await exchange(subject, {}, { id: "svc-billing", secret: "x" })).status).toBe(401);
});

test("an exchanged token lives no longer than its subject", async () => {
  const exp = seconds() + 30;
  const response = await exchange(await changed({ exp }));
  expect(Number((await claimsOf(response)).exp)).toBeLessThanOrEqual(exp);
});

test("a parameter that is there twice is refused", async () => {
  const twice = Object.entries(form(await mint()));
  const response = await issuer.token([...twice, ["subject_token", "x"]], "svc-billing");
  expect(await answerOf(response)).toMatchObject({ error: "invalid_request" });
});
