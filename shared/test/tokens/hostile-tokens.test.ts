import { createPublicKey, type JsonWebKey } from "node:crypto";
import { expect, test } from "@jest/globals";
import { Problem } from "@tollgate/shared/problem";
import {
  accessTokenClaims,
  createSigningKey,
  signToken,
} from "@tollgate/shared/testing/signing-keys";
import type { TokenPolicy } from "@tollgate/shared/tokens/check-claims";
import { createTokenVerifier } from "@tollgate/shared/tokens/verify-token";

const policy: TokenPolicy = {
  issuer: "http://issuer.test",
  algorithms: ["ES256", "EdDSA", "RS256"],
  tokenTypes: ["at+jwt"],
  maxLifetimeSeconds: 3_600,
  clockToleranceSeconds: 5,
};
const key = await createSigningKey();
const found = {
  algorithm: "ES256" as const,
  key: createPublicKey({ key: key.jwk as JsonWebKey, format: "jwk" }),
  kid: key.kid,
};
const verifierOf = (changes: Partial<TokenPolicy> = {}) =>
  createTokenVerifier([{ policy: { ...policy, ...changes }, findKey: () => found }]);

const encode = (text: string | Buffer) => Buffer.from(text as string).toString("base64url");
const headerText = JSON.stringify({ alg: "ES256", typ: "at+jwt", kid: key.kid });

/** A token whose signature is right, over whatever bytes one likes. */
async function signedBytes(header: string | Buffer, payload: string | Buffer) {
  const input = `${encode(header)}.${encode(payload)}`;
  const hash = { name: "ECDSA", hash: "SHA-256" };
  const signature = await crypto.subtle.sign(hash, key.privateKey, Buffer.from(input));
  return `${input}.${encode(Buffer.from(signature))}`;
}

/** The refusal's code; undefined when the token is taken. Anything but a Problem is a bug. */
async function refusal(token: string, verify = verifierOf()): Promise<string | undefined> {
  try {
    await verify(token);
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
}

const claims = (changes: Record<string, unknown> = {}) =>
  JSON.stringify(accessTokenClaims(changes));

test.each([
  ["an object that cannot be made text", { toString: 1 }],
  ["a list of the right issuer", ["http://issuer.test"]],
  ["a number", 7],
  ["__proto__", "__proto__"],
])("an iss that is %s is unknown, and no failure of ours", async (_name, iss) => {
  const token = `${encode(headerText)}.${encode(JSON.stringify({ iss }))}.AAAA`;

  expect(await refusal(token)).toBe("token_issuer_unknown");
});

test("lists in lists, as deep as a token is long, are refused and break nothing", async () => {
  const deep = "[".repeat(2_500) + "]".repeat(2_500);

  for (const name of ["iss", "aud", "exp", "sub", "extra"]) {
    const payload = claims().replace(/}$/, `,"${name}":${deep}}`);
    const code = await refusal(await signedBytes(headerText, payload));
    expect([undefined, "token_claims_invalid", "token_issuer_unknown"]).toContain(code);
  }
  expect(await refusal(`${encode(deep)}.${encode("{}")}.AAAA`)).toBe("token_malformed");
});

test("of a claim that is there twice the last one counts, for us as for every JSON.parse", async () => {
  const payload = claims().replace(/^{/, '{"iss":"http://evil.test","exp":1,');
  const evilLast = claims().replace(/}$/, ',"iss":"http://evil.test"}');

  expect(await refusal(await signedBytes(headerText, payload))).toBeUndefined();
  expect(await refusal(await signedBytes(headerText, evilLast))).toBe("token_issuer_unknown");
});

test("a member named __proto__ gives no claim", async () => {
  const { exp, ...rest } = accessTokenClaims();
  const payload = JSON.stringify(rest).replace(/^{/, `{"__proto__":{"exp":${exp}},`);
  const header = headerText.replace(/^{/, '{"__proto__":{"crit":["x"]},');

  expect(await refusal(await signedBytes(headerText, payload))).toBe("token_claims_invalid");
  expect(await refusal(await signedBytes(header, claims()))).toBeUndefined();
});

test.each([
  ["a byte order mark", Buffer.from(`\ufeff${claims()}`)],
  ["an overlong NUL", Buffer.from(claims().replace("svc-test", "\u00c0\u0080"), "latin1")],
  [
    "half a surrogate pair as bytes",
    Buffer.concat([Buffer.from('{"a":"'), Buffer.from("eda080227d", "hex")]),
  ],
  ["UTF-16", Buffer.from(claims(), "utf16le")],
  ["two documents", Buffer.from("{}{}")],
  ["nothing", Buffer.from(" ")],
])("a payload with %s is malformed, whoever signed it", async (_name, payload) => {
  expect(await refusal(await signedBytes(headerText, payload))).toBe("token_malformed");
});

test("whitespace in the JSON is the signer's business, whitespace in the token is not", async () => {
  const token = await signedBytes(` ${headerText}\n`, `\t${claims()} `);

  expect(await refusal(token)).toBeUndefined();
  for (const spaced of [` ${token}`, `${token}\n`, token.replace(".", ". "), `${token}=`]) {
    expect(await refusal(spaced)).toBe("token_malformed");
  }
});

test.each([
  ["a fraction", (now: number) => now + 60.5, undefined],
  ["text", (now: number) => String(now + 60), "token_claims_invalid"],
  ["an hour and a second from now", (now: number) => now + 3_601, "token_lifetime_too_long"],
  ["at the end of time", () => Number.MAX_VALUE, "token_lifetime_too_long"],
  ["negative", () => -1, "token_claims_invalid"],
  ["null", () => null, "token_claims_invalid"],
  ["a list", (now: number) => [now + 60], "token_claims_invalid"],
])("an exp that is %s", async (_name, exp, code) => {
  const iat = Math.floor(Date.now() / 1_000);

  expect(
    await refusal(await signToken(key, accessTokenClaims({ iat, exp: exp(iat) as number }))),
  ).toBe(code);
});

test("an exp too large for a number is none", async () => {
  const payload = claims().replace(/"exp":\d+/, '"exp":1e999');

  expect(await refusal(await signedBytes(headerText, payload))).toBe("token_claims_invalid");
});

test.each(["sub", "client_id", "jti", "sid"])(
  "a %s that is not text does not pass for none",
  async (name) => {
    for (const value of ["", 7, ["svc-test"], { a: 1 }, null, true]) {
      expect(await refusal(await signedBytes(headerText, claims({ [name]: value })))).toBe(
        "token_claims_invalid",
      );
    }
  },
);

test("aud may be a list, and every entry of it must be text", async () => {
  const token = (aud: unknown) => signedBytes(headerText, claims({ aud }));

  expect(await refusal(await token(["https://a", "https://b"]))).toBeUndefined();
  expect(await refusal(await token(["https://a", 7]))).toBe("token_claims_invalid");
  expect(await refusal(await token([["https://a"]]))).toBe("token_claims_invalid");
});

test("what an issuer is asked to put into every token must be there", async () => {
  const verify = verifierOf({ requiredClaims: ["jti", "sub"] });

  expect(await refusal(await signedBytes(headerText, claims()), verify)).toBeUndefined();
  expect(await refusal(await signedBytes(headerText, claims({ jti: undefined })), verify)).toBe(
    "token_claims_invalid",
  );
});

test("a caller's key is the one that proved it, whether or not the token names it", async () => {
  const { kid: _, ...nameless } = JSON.parse(headerText);

  const caller = await verifierOf()(await signedBytes(JSON.stringify(nameless), claims()));

  expect(caller.keyId).toBe(key.kid);
});

test("whatever is changed in a token, the answer is a Problem and never an error of ours", async () => {
  const token = await signToken(key, accessTokenClaims());
  const pieces = [
    "",
    ".",
    "=",
    "A",
    "-",
    "e30",
    "bnVsbA",
    "W10",
    "\u0000",
    "é",
    token.slice(0, 40),
  ];

  for (let at = 0; at <= token.length; at += 3) {
    for (const piece of pieces) {
      expect(await refusal(token.slice(0, at) + piece + token.slice(at + 2))).toBeDefined();
    }
  }
});

test("signatures of every length are refused, for every kind of key", async () => {
  for (const alg of ["ES256", "EdDSA", "RS256"] as const) {
    const { jwk, kid } = await createSigningKey(alg);
    const own = { algorithm: alg, key: createPublicKey({ key: jwk as JsonWebKey, format: "jwk" }) };
    const verify = createTokenVerifier([{ policy, findKey: () => own }]);
    const input = `${encode(JSON.stringify({ alg, typ: "at+jwt", kid }))}.${encode(claims())}`;
    for (const length of [1, 31, 63, 64, 65, 128, 255, 256, 257, 2_000]) {
      for (const byte of [0, 1, 255]) {
        const signature = encode(Buffer.alloc(length, byte));
        expect(await refusal(`${input}.${signature}`, verify)).toBe("token_signature_invalid");
      }
    }
  }
});
