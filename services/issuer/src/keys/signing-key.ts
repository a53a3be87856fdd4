import { generateKeyPairSync, type JsonWebKey } from "node:crypto";
import type { AsymmetricAlgorithm } from "@tollgate/shared/tokens/verify-signature";
import { calculateJwkThumbprint, type JWK } from "jose";

/** The life of a key: published, then signing, then published until its last token has expired. */
export type KeyState = "next" | "active" | "retired";

export type SigningKey = {
  readonly kid: string;
  readonly algorithm: AsymmetricAlgorithm;
  readonly state: KeyState;
  readonly publicJwk: JWK;
  /** Gone once the key is retired. */
  readonly privateJwk: JWK | undefined;
};

/** A new key pair; its kid is the RFC 7638 thumbprint. */
export async function generateSigningKey(algorithm: AsymmetricAlgorithm, state: KeyState) {
  const { privateKey, publicKey } = generatePair(algorithm);
  const bare = publicKey.export({ format: "jwk" }) as JWK;
  const kid = await calculateJwkThumbprint(bare);
  const named = { kid, alg: algorithm, use: "sig" };
  return {
    kid,
    algorithm,
    state,
    publicJwk: { ...bare, ...named },
    privateJwk: { ...(privateKey.export({ format: "jwk" }) as JsonWebKey & JWK), ...named },
  } satisfies SigningKey;
}

function generatePair(algorithm: AsymmetricAlgorithm) {
  switch (algorithm) {
    case "ES256":
      return generateKeyPairSync("ec", { namedCurve: "P-256" });
    case "EdDSA":
      return generateKeyPairSync("ed25519");
    case "RS256":
      return generateKeyPairSync("rsa", { modulusLength: 2_048 });
  }
}
