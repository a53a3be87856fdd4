import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createSigningKey } from "@tollgate/shared/testing/signing-keys";
import { UnsecuredJWT } from "jose";
import { billing, tenant } from "../support/issuer-settings.ts";
import { openFederatedIssuer } from "../support/open-federated-issuer.ts";
import {
  outsideAudience,
  outsideClaims,
  startOutsideIssuer,
} from "../support/start-outside-issuer.ts";
import type { Credentials } from "../support/start-test-issuer.ts";
import { answerOf, claimsOf } from "../support/token-answer.ts";

type Outside = Awaited<ReturnType<typeof startOutsideIssuer>>;

let outside: Outside;
let issuer: Awaited<ReturnType<typeof openFederatedIssuer>>;
beforeAll(async () => {
  outside = await startOutsideIssuer();
  issuer = await openFederatedIssuer(
    providerText("outside", outside.issuer) + providerText("away", "http://localhost:1"),
  );
});
afterAll(async () => {
  await issuer[Symbol.asyncDispose]();
  await outside[Symbol.asyncDispose]();
});

function providerText(name: string, url: string): string {
  return `
  - name: ${name}
    issuer: ${url}
    algorithms: [RS256]
    newcomers:
      tenant: { claim: org, values: { acme: ${tenant} } }
      access:
        - { resource: "${billing}", scopes: [invoices:read] }
        - resource: ${billing}
          scopes: [invoices:write]
          roles: [biller]
          where: { claim: roles, any: [accountant] }
    exchange:
      audience: ${outsideAudience}
      typ: JWT
      clients: [svc-reports]
      scopes: { values: { "bills:read": [invoices:read], "bills:pay": [invoices:write] } }
`;
}

const type = (name: string) => `urn:ietf:params:oauth:token-type:${name}`;
const exchange = (
  subject: string,
  changes: Record<string, string> = {},
  client: Credentials = "svc-reports",
  at: Pick<typeof issuer, "token"> = issuer,
) =>
  at.token(
    {
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      subject_token: subject,
      subject_token_type: type("access_token"),
      ...changes,
    },
    client,
  );
const seconds = () => Math.floor(Date.now() / 1_000);

test("a service goes on with an outside issuer's token, as itself, in our words and for less", async () => {
  const response = await exchange(
    await outside.token({ auth_time: 7, amr: ["hwk"], sid: "theirs" }),
  );
  expect(response.status).toBe(200);
  expect(await answerOf(response.clone())).toMatchObject({ expires_in: 120 });
  const claims = await claimsOf(response);
  expect(claims).toEqual({
    iss: "https://id.example.test",
    aud: billing,
    sub: "outside:ada|42",
    client_id: "svc-reports",
    token_use: "user",
    tenant,
    scope: "invoices:read invoices:write",
    roles: ["biller"],
    act: { sub: "svc-reports" },
    auth_time: 7,
    amr: ["hwk"],
    iat: expect.any(Number),
    exp: Number(claims.iat) + 120,
    jti: expect.any(String),
  });
});

test("a login that is said to be in the future is no fresher than the token", async () => {
  const iat = seconds() - 20;
  const claims = await claimsOf(await exchange(await outside.token({ iat, auth_time: 9e9 })));
  expect(claims.auth_time).toBe(iat);
});

test("where it came from is one line and one row, without the token", async () => {
  const subject = await outside.token({ jti: "their-jti" });
  const { jti } = await claimsOf(await exchange(subject));
  await issuer.audited();
  const rows = await issuer.database.run(`SELECT * FROM audit_events WHERE jti = '${jti}'`);
  expect(rows).toMatchObject([
    {
      event: "token_exchanged",
      client_id: "svc-reports",
      sub: "outside:ada|42",
      details: { provider: "outside", subject_jti: "their-jti", act: { sub: "svc-reports" } },
    },
  ]);
  expect(JSON.stringify([issuer.lines, rows])).not.toContain(subject.split(".")[2]);
});

test("it lives no longer than the outside token, and gives no more than that one's scopes", async () => {
  const exp = seconds() + 30;
  const claims = await claimsOf(
    await exchange(await outside.token({ exp, scope: "bills:read x" })),
  );
  expect(claims.exp).toBeLessThanOrEqual(exp);
  expect(claims.scope).toBe("invoices:read");
});

test("what somebody may do here is ours to say, whatever scopes their token has", async () => {
  const guest = await outside.token({ roles: ["guest"] });
  expect(await claimsOf(await exchange(guest))).toMatchObject({
    scope: "invoices:read",
    roles: [],
  });
  const wider = await exchange(guest, { scope: "invoices:write" });
  expect(await answerOf(wider)).toMatchObject({ error: "invalid_scope" });
});

test("a revoked subject is refused here although its own issuer goes on", async () => {
  const subject = await outside.token({ sub: "gone", iat: seconds() - 10 });
  expect((await exchange(subject)).status).toBe(200);
  await issuer.tollgate("revoke", "subject", "outside:gone");
  await refused(await exchange(subject), "token_revoked");
});

const refusals: Record<string, [token: () => Promise<string>, reason: string]> = {
  "of another type": [() => outside.token({}, { typ: "at+jwt" }), "token_type_not_allowed"],
  "of no type": [() => outside.token({}, { typ: undefined }), "token_type_not_allowed"],
  "of a type that only begins so": [() => outside.token({}, { typ: "JWTX" }), "token_type"],
  "an ID token, by its hash": [() => outside.token({ at_hash: "x" }), "token_type_not_allowed"],
  "an ID token, by its nonce": [() => outside.token({ nonce: "x" }), "nonce"],
  "a logout token": [() => outside.token({ events: {} }), "token_type_not_allowed"],
  "for nobody": [() => outside.token({ aud: undefined }), "token_claims_invalid"],
  "for another audience": [() => outside.token({ aud: billing }), "token_audience_mismatch"],
  "for our issuer": [() => outside.token({ aud: "https://id.example.test" }), "token_audience"],
  "bound to its sender": [() => outside.token({ cnf: { jkt: "x" } }), "cnf"],
  "with a chain of actors": [() => outside.token({ act: { sub: "svc-demo" } }), "act"],
  "a service's own": [() => outside.token({ sub: "their-app" }), "a service's own"],
  "a service's own, by Okta": [
    () => outside.token({ sub: "app-1", cid: "app-1", azp: undefined }),
    "a service's own",
  ],
  "a service's own, by Auth0": [
    () => outside.token({ sub: "their-app@clients" }),
    "a service's own",
  ],
  "a service's own, by Microsoft": [() => outside.token({ idtyp: "app" }), "a service's own"],
  "a service's own, by FusionAuth": [
    () => outside.token({ gty: ["client_credentials"] }),
    "a service's own",
  ],
  expired: [() => outside.token({ iat: seconds() - 100, exp: seconds() - 6 }), "token_expired"],
  "without an end": [() => outside.token({ exp: undefined }), "token_claims_invalid"],
  "without a beginning": [() => outside.token({ iat: undefined }), "token_claims_invalid"],
  "from the future": [() => outside.token({ iat: seconds() + 60 }), "token_not_yet_valid"],
  "not valid yet": [() => outside.token({ nbf: seconds() + 60 }), "token_not_yet_valid"],
  "of too long a life": [() => outside.token({ exp: seconds() + 7_200 }), "token_lifetime"],
  "of nobody in particular": [() => outside.token({ sub: undefined }), "subject_unreadable"],
  "of somebody with a line break": [() => outside.token({ sub: "a\nb" }), "subject_unreadable"],
  "of a number": [() => outside.token({ sub: 42 }), "token_claims_invalid"],
  "of a tenant that is not ours": [() => outside.token({ org: "evil" }), "tenant_unknown"],
  "of a tenant by inheritance": [() => outside.token({ org: "constructor" }), "tenant_unknown"],
  "signed by a foreign key": [
    async () => outside.token({}, {}, await createSigningKey("RS256")),
    "token_key_unknown",
  ],
  "signed by a foreign key under the right name": [
    async () => outside.token({}, { kid: outside.key.kid }, await createSigningKey("RS256")),
    "token_signature_invalid",
  ],
  "of another algorithm": [
    async () => outside.token({}, {}, await createSigningKey("ES256")),
    "token_algorithm_not_allowed",
  ],
  unsigned: [
    async () => `${new UnsecuredJWT(outsideClaims(outside.issuer)).encode()}AA`,
    "token_algorithm_not_allowed",
  ],
  "with keys of its own": [
    async () => {
      const key = await createSigningKey("RS256");
      return outside.token({}, { jku: `${outside.issuer}/evil`, jwk: key.jwk }, key);
    },
    "token_key_unknown",
  ],
};

test.each(Object.keys(refusals))("an outside token that is %s gets nowhere", async (name) => {
  const refusal = refusals[name];
  await refused(await exchange((await refusal?.[0]()) ?? ""), refusal?.[1] ?? "");
  expect(outside.requests).not.toContain("/evil");
});

test("while an issuer's keys cannot be had, its tokens are not judged, and nobody else's suffer", async () => {
  const response = await exchange(await outside.token({ iss: "http://localhost:1" }));
  expect(response.status).toBe(503);
  expect(await answerOf(response)).toMatchObject({ error: "temporarily_unavailable" });
  expect((await exchange(await outside.token())).status).toBe(200);
});

test("while it cannot be told what is revoked, no token is handed on: theirs or ours", async () => {
  const theirs = await outside.token();
  const mine = await answerOf(
    await issuer.token({ grant_type: "client_credentials", resource: billing }),
  );
  await issuer.database.run("ALTER TABLE revocations RENAME TO away");
  const refusals = [
    await exchange(theirs),
    await exchange(String(mine.access_token), {}, "svc-billing"),
  ];
  await issuer.database.run("ALTER TABLE away RENAME TO revocations");
  for (const refusal of refusals) {
    expect(refusal.status).toBe(503);
    expect(await answerOf(refusal)).toMatchObject({ error: "temporarily_unavailable" });
  }
});

test("an issuer that is not listed is nobody, however it is written", async () => {
  for (const iss of ["https://evil.example", `${outside.issuer}/`, outside.issuer.toUpperCase()]) {
    const response = await exchange(await outside.token({ iss }));
    expect(response.status).toBe(400);
    expect(await answerOf(response)).toEqual({
      error: "invalid_request",
      error_description: "the subject token is not acceptable",
    });
  }
});

test.each<[string, Credentials]>([
  ["a client that is not listed", "svc-billing"],
  ["a client that may not exchange", "svc-reader"],
])("%s cannot bring a good one", async (_who, client) => {
  expect((await exchange(await outside.token(), {}, client)).status).toBe(400);
});

test("an outside token is an access token or nothing, and nobody's credentials", async () => {
  const subject = await outside.token();
  for (const name of ["id_token", "jwt", "refresh_token"]) {
    const response = await exchange(subject, { subject_token_type: type(name) });
    expect(await answerOf(response)).toMatchObject({ error: "invalid_request" });
  }
  const active = await (await issuer.introspect(subject, "svc-reports")).json();
  expect(active).toEqual({ active: false });
});

/** Refused with one stable answer; the reason is in the audit alone, and nothing was minted. */
async function refused(response: Response, reason: string) {
  expect(response.status).toBe(400);
  expect(await answerOf(response)).toEqual({
    error: "invalid_request",
    error_description: "the subject token is not acceptable",
  });
  const last = issuer.lines.filter(({ event }) => String(event).startsWith("token_")).at(-1);
  expect(last).toMatchObject({ event: "token_denied", reason: expect.stringContaining(reason) });
}
