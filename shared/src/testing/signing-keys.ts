import { randomUUID } from "node:crypto";
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  type JWTPayload,
  SignJWT,
} from "jose";
import { startServer } from "./start-server.ts";

export type SigningKey = { kid: string; alg: string; privateKey: CryptoKey; jwk: object };

/** A new key pair with its public JWK, `kid` being its RFC 7638 thumbprint. */
export async function createSigningKey(alg = "ES256"): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { kid, alg, privateKey, jwk: { ...jwk, kid, alg, use: "sig" } };
}

/** Claims of a service's access token as our issuer mints it; every one can be replaced. */
export function accessTokenClaims(claims: JWTPayload = {}): JWTPayload {
  const now = Math.floor(Date.now() / 1000);
  const subject = typeof claims.sub === "string" ? claims.sub : "svc-test";
  return {
    iss: "http://issuer.test",
    aud: "https://billing.tollgate.internal",
    sub: subject,
    client_id: subject,
    token_use: "service",
    scope: "",
    roles: [],
    iat: now,
    exp: now + 300,
    jti: randomUUID(),
    ...claims,
  };
}

/** Signs claims as they are; `header` replaces members of `{alg, kid, typ: "at+jwt"}`. */
export async function signToken(key: SigningKey, claims: JWTPayload, header: object = {}) {
  return await new SignJWT(claims)
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: "at+jwt", ...header })
    .sign(key.privateKey);
}

/** An issuer for tests: one ES256 key behind a JWKS endpoint, and tokens signed with it. */
export async function startTestIssuer() {
  const key = await createSigningKey();
  let requests = 0;
  const server = await startServer((_request, response) => {
    requests += 1;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ keys: [key.jwk] }));
  });
  return {
    key,
    issuer: server.url,
    jwksUri: `${server.url}/jwks`,
    /** How often its keys were asked for. */
    requests: () => requests,
    token: (claims: JWTPayload = {}) =>
      signToken(key, accessTokenClaims({ iss: server.url, ...claims })),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
