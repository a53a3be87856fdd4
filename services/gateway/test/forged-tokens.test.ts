import { createHmac, createPublicKey, generateKeyPairSync, type JsonWebKey } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import {
  accessTokenClaims,
  createSigningKey,
  signToken,
  startTestIssuer,
} from "@tollgate/shared/testing/signing-keys";
import type { JWTPayload } from "jose";
import { startFixture } from "./support/gateway.ts";

type Gateway = Awaited<ReturnType<typeof startFixture>>;

const now = () => Math.floor(Date.now() / 1000);
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

async function refusal(gateway: Gateway, authorization?: string) {
  const headers = authorization === undefined ? {} : { authorization };
  const response = await gateway.send("/billing/v1/invoices", { headers });
  const body = (await response.json()) as { code: string };
  expect(gateway.upstream.requests).toEqual([]);
  return {
    status: response.status,
    code: body.code,
    challenge: response.headers.get("www-authenticate"),
  };
}

async function refusalOf(gateway: Gateway, claims: JWTPayload, header: object = {}) {
  const whole = accessTokenClaims({ iss: gateway.issuer.issuer, ...claims });
  return await refusal(gateway, `Bearer ${await signToken(gateway.issuer.key, whole, header)}`);
}

/** A token with a valid signature over whatever header and payload text one likes. */
async function signedText(gateway: Gateway, header: string, payload: string) {
  const input = `${Buffer.from(header).toString("base64url")}.${Buffer.from(payload).toString("base64url")}`;
  const signature = await crypto.subtle.sign(
    { name: "ECDSA", hash: "SHA-256" },
    gateway.issuer.key.privateKey,
    Buffer.from(input),
  );
  return `${input}.${Buffer.from(signature).toString("base64url")}`;
}

test("a call without a token is challenged without an error code, as RFC 6750 section 3.1 asks", async () => {
  await using gateway = await startFixture();

  expect(await refusal(gateway)).toEqual({
    status: 401,
    code: "token_missing",
    challenge: 'Bearer realm="https://billing.tollgate.internal"',
  });
});

test("the scheme may be written in any case", async () => {
  await using gateway = await startFixture();
  const token = await gateway.issuer.token();

  const response = await gateway.send("/billing/x", {
    headers: { authorization: `bEARER ${token}` },
  });

  expect(response.status).toBe(200);
});

describe("a token signed by the right key is refused when its claims do not fit:", () => {
  const cases: [name: string, code: string, claims: Record<string, unknown>, header?: object][] = [
    ["expired", "token_expired", { iat: now() - 400, exp: now() - 6 }],
    ["not valid yet", "token_not_yet_valid", { nbf: now() + 60 }],
    ["issued in the future", "token_not_yet_valid", { iat: now() + 60, exp: now() + 120 }],
    ["living longer than an hour", "token_lifetime_too_long", { exp: now() + 3_700 }],
    ["without exp", "token_claims_invalid", { exp: undefined }],
    ["without iat", "token_claims_invalid", { iat: undefined }],
    ["with exp as text", "token_claims_invalid", { exp: String(now() + 60) }],
    ["with nbf as text", "token_claims_invalid", { nbf: "0" }],
    [
      "for another audience",
      "token_audience_mismatch",
      { aud: "https://reports.tollgate.internal" },
    ],
    ["without an audience", "token_claims_invalid", { aud: undefined }],
    ["with an empty audience list", "token_claims_invalid", { aud: [] }],
    ["of another issuer", "token_issuer_unknown", { iss: "http://issuer.evil" }],
    ["typed as an ID token", "token_type_not_allowed", {}, { typ: "JWT" }],
    ["without a type", "token_type_not_allowed", {}, { typ: undefined }],
    ["typed as a logout token", "token_type_not_allowed", {}, { typ: "logout+jwt" }],
    ["with an unknown key", "token_key_unknown", {}, { kid: "nobody" }],
    ["with a kid that is a path", "token_key_unknown", {}, { kid: "../../dev/null" }],
    ["with a kid that is SQL", "token_key_unknown", {}, { kid: "' or 1=1 --" }],
    ["with a kid named __proto__", "token_key_unknown", {}, { kid: "__proto__" }],
    ["with a kid of 10 kB", "token_malformed", {}, { kid: "k".repeat(10_240) }],
  ];

  test.each(cases.map(([name, ...rest]) => ({ name, rest })))("$name", async ({ rest }) => {
    await using gateway = await startFixture();
    const [code, claims, header] = rest;

    const { status, code: got, challenge } = await refusalOf(gateway, claims, header);

    expect({ status, code: got }).toEqual({ status: 401, code });
    expect(challenge).toMatch(/^Bearer realm=".*", error="invalid_token", error_description="/);
  });
});

describe("garbage in place of a token is a 401 and never a 500:", () => {
  const cases: [string, string][] = [
    ["no token after Bearer", "Bearer "],
    ["not a JWT", "Bearer garbage"],
    ["two segments", "Bearer a.b"],
    ["five segments, as a JWE has", "Bearer a.b.c.d.e"],
    ["empty segments", "Bearer .."],
    ["header that is not JSON", `Bearer ${Buffer.from("{").toString("base64url")}.e30.AA`],
    ["header that is a list", `Bearer ${base64url([])}.e30.AA`],
    ["header that is null", `Bearer ${base64url(null)}.e30.AA`],
    ["payload that is a number", `Bearer ${base64url({ alg: "ES256" })}.${base64url(1)}.AA`],
    ["invalid UTF-8", `Bearer ${Buffer.from([0x7b, 0xff, 0x7d]).toString("base64url")}.e30.AA`],
    ["9,000 characters", `Bearer ${"a".repeat(9_000)}.b.c`],
    ["another scheme", "Basic dXNlcjpwYXNz"],
    ["several tokens in one header", "Bearer a.b.c, Bearer d.e.f"],
  ];

  test.each(cases)("%s", async (_name, authorization) => {
    await using gateway = await startFixture();

    const { status, code } = await refusal(gateway, authorization);

    expect(status).toBe(401);
    expect(["token_malformed", "token_missing"]).toContain(code);
  });
});

/**
 * A verifier that takes the algorithm from the token can be made to use a public key, which everybody
 * has, as an HMAC secret. fast-jwt mended it by looking at the key's text and was beaten three times:
 * by whitespace before it, by other ways to write a key, by no key at all for an unknown kid. Here a
 * key has one algorithm, and none of them is symmetric.
 */
describe("the key and the algorithm cannot be confused (CVE-2023-48223, CVE-2026-34950, GHSA-ww5h-9m49-7xx4, GHSA-gmvf-9v4p-v8jc, fast-jwt #610, fast-jwt #636, APISIX #13182):", () => {
  test("HS256 over every way to write our public key is refused", async () => {
    await using gateway = await startFixture();
    const { jwk, kid } = gateway.issuer.key;
    const publicKey = createPublicKey({ key: jwk as JsonWebKey, format: "jwk" });
    const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
    const secrets = [
      pem,
      `\n${pem}  `,
      pem.trim(),
      publicKey.export({ type: "spki", format: "der" }),
      JSON.stringify(jwk),
      "",
    ];
    const kids = [kid, "nobody", undefined];
    for (const [secret, kid] of secrets.flatMap((each) =>
      kids.map((name) => [each, name] as const),
    )) {
      const claims = accessTokenClaims({ iss: gateway.issuer.issuer });
      const input = `${base64url({ alg: "HS256", typ: "at+jwt", kid })}.${base64url(claims)}`;
      const signature = createHmac("sha256", secret).update(input).digest("base64url");

      const { status, code } = await refusal(gateway, `Bearer ${input}.${signature}`);

      expect({ status, code }).toEqual({ status: 401, code: "token_algorithm_not_allowed" });
    }
  });

  test.each(["none", "NoNe", "", "es256", "ES384", "PS256"])("alg %p is refused", async (alg) => {
    await using gateway = await startFixture();
    const claims = base64url(accessTokenClaims({ iss: gateway.issuer.issuer }));
    const token = `${base64url({ alg, typ: "at+jwt", kid: gateway.issuer.key.kid })}.${claims}.AA`;

    const { status, code } = await refusal(gateway, `Bearer ${token}`);

    expect({ status, code }).toEqual({ status: 401, code: "token_algorithm_not_allowed" });
  });

  test("a token that names another allowed algorithm than its key's is refused", async () => {
    await using gateway = await startFixture();
    const token = await signedText(
      gateway,
      JSON.stringify({ alg: "EdDSA", typ: "at+jwt", kid: gateway.issuer.key.kid }),
      JSON.stringify(accessTokenClaims({ iss: gateway.issuer.issuer })),
    );

    const { code } = await refusal(gateway, `Bearer ${token}`);

    expect(code).toBe("token_algorithm_not_allowed");
  });

  test("a key of the same kid but of someone else is refused", async () => {
    await using gateway = await startFixture();
    const forger = { ...(await createSigningKey()), kid: gateway.issuer.key.kid };
    const token = await signToken(forger, accessTokenClaims({ iss: gateway.issuer.issuer }));

    expect(await refusal(gateway, `Bearer ${token}`)).toMatchObject({
      status: 401,
      code: "token_signature_invalid",
    });
  });

  test("a signature in DER, cut, or over other claims is refused", async () => {
    await using gateway = await startFixture();
    const token = await gateway.issuer.token();
    const [header, payload, signature = ""] = token.split(".");
    const swapped = base64url(accessTokenClaims({ iss: gateway.issuer.issuer, sub: "root" }));
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const der = Buffer.from(privateKey.export({ type: "pkcs8", format: "der" })).toString(
      "base64url",
    );

    for (const forged of [
      `${header}.${swapped}.${signature}`,
      `${header}.${payload}.${signature.slice(0, -2)}`,
      `${header}.${payload}.${"A".repeat(86)}`,
      `${header}.${payload}.${der}`,
    ]) {
      const { status, code } = await refusal(gateway, `Bearer ${forged}`);
      expect({ status, code }).toEqual({ status: 401, code: "token_signature_invalid" });
    }
  });
});

test("an extension that the token calls critical and we do not know is refused (fast-jwt #591)", async () => {
  await using gateway = await startFixture();
  const token = await signedText(
    gateway,
    JSON.stringify({
      alg: "ES256",
      typ: "at+jwt",
      kid: gateway.issuer.key.kid,
      crit: ["b64"],
      b64: true,
    }),
    JSON.stringify(accessTokenClaims({ iss: gateway.issuer.issuer })),
  );

  expect(await refusal(gateway, `Bearer ${token}`)).toMatchObject({
    status: 401,
    code: "token_extension_unknown",
  });
});

test("one signature is good for one spelling of the token: spare base64 bits are refused", async () => {
  await using gateway = await startFixture();
  const token = await gateway.issuer.token();
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const other = alphabet[alphabet.indexOf(token.at(-1) as string) ^ 1] as string;

  const { status, code } = await refusal(gateway, `Bearer ${token.slice(0, -1)}${other}`);

  expect({ status, code }).toEqual({ status: 401, code: "token_malformed" });
});

test("where keys come from is not the token's to say: jku, x5u and jwk cause no connection (CheatSheetSeries #2317)", async () => {
  await using gateway = await startFixture();
  await using evil = await startTestIssuer();
  const claims = accessTokenClaims({ iss: gateway.issuer.issuer });
  const pointers = {
    jku: evil.jwksUri,
    x5u: evil.jwksUri,
    jwk: evil.key.jwk,
    kid: evil.key.kid,
  };
  const token = await signToken(evil.key, claims, pointers);

  const { status, code } = await refusal(gateway, `Bearer ${token}`);

  expect({ status, code }).toEqual({ status: 401, code: "token_key_unknown" });
  expect(evil.requests()).toBe(0);
});

test("one issuer's key never vouches for another (Oathkeeper's key look-up)", async () => {
  await using other = await startTestIssuer();
  await using gateway = await startFixture({
    routes: (issuer, upstream) => `
issuers:
  - { issuer: "${issuer.issuer}", jwks_uri: "${issuer.jwksUri}" }
  - { issuer: "${other.issuer}", jwks_uri: "${other.jwksUri}" }
routes:
  - path: /billing
    upstream: "${upstream}"
    audience: https://billing.tollgate.internal
    rules: [{ methods: [GET] }]
`,
  });
  const forged = await signToken(other.key, accessTokenClaims({ iss: gateway.issuer.issuer }));

  expect(await refusal(gateway, `Bearer ${forged}`)).toMatchObject({
    status: 401,
    code: "token_key_unknown",
  });
  const response = await gateway.send("/billing/x", {
    headers: { authorization: `Bearer ${await other.token()}` },
  });
  expect(response.status).toBe(200);
});
