import { createPublicKey, type JsonWebKey } from "node:crypto";
import { expect, test } from "@jest/globals";
import {
  accessTokenClaims,
  createSigningKey,
  signToken,
} from "@tollgate/shared/testing/signing-keys";
import {
  bearerChallenge,
  tokenCatalogue,
  tokenProblem,
} from "@tollgate/shared/tokens/token-problems";
import type { AsymmetricAlgorithm } from "@tollgate/shared/tokens/verify-signature";
import { createTokenVerifier } from "@tollgate/shared/tokens/verify-token";
import { importJWK, jwtVerify } from "jose";

const policy = {
  issuer: "http://issuer.test",
  algorithms: ["ES256", "EdDSA", "RS256"],
  tokenTypes: ["at+jwt"],
  maxLifetimeSeconds: 3_600,
  clockToleranceSeconds: 5,
};

async function verifierFor(alg: AsymmetricAlgorithm) {
  const key = await createSigningKey(alg);
  const found = {
    algorithm: alg,
    key: createPublicKey({ key: key.jwk as JsonWebKey, format: "jwk" }),
  };
  return { key, verify: createTokenVerifier([{ policy, findKey: () => found }]) };
}

test.each(["ES256", "EdDSA", "RS256"] as const)(
  "%s: jose and we agree on a good token and on every changed byte of it",
  async (alg) => {
    const { key, verify } = await verifierFor(alg);
    const token = await signToken(key, accessTokenClaims({ scope: "a b", roles: ["clerk"] }));
    const publicKey = await importJWK(key.jwk as never, alg);
    const ours = async (each: string) =>
      await Promise.resolve(each)
        .then(verify)
        .then(
          () => true,
          () => false,
        );
    const joses = async (each: string) =>
      await jwtVerify(each, publicKey, { algorithms: [alg], typ: "at+jwt" }).then(
        () => true,
        () => false,
      );

    expect([await ours(token), await joses(token)]).toEqual([true, true]);
    for (let index = 0; index < token.length; index += 7) {
      const swapped = token[index] === "A" ? "B" : "A";
      const changed = token.slice(0, index) + swapped + token.slice(index + 1);
      // We may be stricter (spare bits of base64url), never laxer.
      if (await ours(changed)) expect(await joses(changed)).toBe(true);
      else expect(await ours(changed)).toBe(false);
    }
  },
);

test("a caller is what the token says", async () => {
  const { key, verify } = await verifierFor("ES256");
  const claims = accessTokenClaims({
    sub: "usr_1",
    client_id: "app",
    token_use: "user",
    scope: "invoices:read  customers:read",
    roles: ["clerk", 7] as never,
    tenant: "t1",
    sid: "s1",
  });

  const caller = await verify(await signToken(key, claims));

  expect(caller).toMatchObject({
    issuer: "http://issuer.test",
    subject: "usr_1",
    clientId: "app",
    tokenUse: "user",
    tenant: "t1",
    sessionId: "s1",
    tokenId: claims.jti,
    expiresAt: claims.exp,
  });
  expect([...caller.scopes]).toEqual(["invoices:read", "customers:read"]);
  expect([...caller.roles]).toEqual(["clerk"]);
});

test("every refusal fits into a challenge: RFC 6750 section 3 allows no quotes in a description", () => {
  for (const code of Object.keys(tokenCatalogue) as (keyof typeof tokenCatalogue)[]) {
    const challenge = bearerChallenge(tokenProblem(code), "realm");
    expect(challenge).toMatch(
      /^Bearer realm="realm"(, error="[a-z_]+", error_description="[ !#-[\]-~]+")?$/,
    );
  }
});
