import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  accessTokenClaims,
  createSigningKey,
  type SigningKey,
  signToken,
} from "@tollgate/shared/testing/signing-keys";
import { startServer } from "@tollgate/shared/testing/start-server";
import { exportSPKI, importJWK, type JWTPayload } from "jose";

export const audience = "https://billing.tollgate.internal";

export type Issuer = AsyncDisposable & {
  readonly url: string;
  readonly jwksUri: string;
  /** The public key as PEM, for peers that do not fetch it. */
  readonly publicKeyFile: string;
  mint(claims?: JWTPayload): Promise<string>;
  /** The same claims signed with a key that nobody published. */
  mintForeign(): Promise<string>;
};

/** An issuer with one ES256 key: its JWKS behind an endpoint, and tokens that live for 50 minutes. */
export async function startIssuer(folder: string): Promise<Issuer> {
  const [key, foreign] = await Promise.all([createSigningKey(), createSigningKey()]);
  const publicKeyFile = join(folder, "issuer.pem");
  writeFileSync(
    publicKeyFile,
    await exportSPKI((await importJWK(key.jwk, "ES256")) as Parameters<typeof exportSPKI>[0]),
  );
  const server = await startServer((_request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ keys: [key.jwk] }));
  });
  const sign = (by: SigningKey, kid: string, claims: JWTPayload) =>
    signToken(by, { ...usualClaims(server.url), ...claims }, { kid });
  return {
    url: server.url,
    jwksUri: `${server.url}/oauth/jwks`,
    publicKeyFile,
    mint: (claims = {}) => sign(key, key.kid, claims),
    mintForeign: () => sign(foreign, key.kid, {}),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function usualClaims(iss: string): JWTPayload {
  const now = Math.floor(Date.now() / 1000);
  const scope = "customers:read customers:write invoices:read invoices:write";
  return accessTokenClaims({ iss, aud: audience, sub: "svc-bench", scope, exp: now + 3_000 });
}
