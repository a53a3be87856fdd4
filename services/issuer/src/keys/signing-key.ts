import { generateKeyPair, type JsonWebKey, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
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
  readonly publishedAt: Date;
  readonly activatedAt: Date | undefined;
  readonly retiredAt: Date | undefined;
};

/** A new key pair; its kid is the RFC 7638 thumbprint. */
export async function generateSigningKey(
  algorithm: AsymmetricAlgorithm,
  state: "next" | "active",
  now: Date,
) {
  const { privateKey, publicKey } = await generatePair(algorithm);
  const bare = publicKey.export({ format: "jwk" }) as JWK;
  const kid = await calculateJwkThumbprint(bare);
  const named = { kid, alg: algorithm, use: "sig" };
  return {
    kid,
    algorithm,
    state,
    publicJwk: { ...bare, ...named },
    privateJwk: { ...(privateKey.export({ format: "jwk" }) as JsonWebKey & JWK), ...named },
    publishedAt: now,
    activatedAt: state === "active" ? now : undefined,
    retiredAt: undefined,
  } satisfies SigningKey;
}

const generate = promisify(generateKeyPair);

/** Off the main thread: an RSA pair takes longer than a caller should wait. */
function generatePair(
  algorithm: AsymmetricAlgorithm,
): Promise<{ privateKey: KeyObject; publicKey: KeyObject }> {
  switch (algorithm) {
    case "ES256":
      return generate("ec", { namedCurve: "P-256" });
    case "EdDSA":
      return generate("ed25519");
    case "RS256":
      return generate("rsa", { modulusLength: 2_048 });
  }
}
