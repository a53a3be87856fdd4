import { createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto";
import * as z from "zod";
import type { AsymmetricAlgorithm, VerificationKey } from "../tokens/verify-signature.ts";

const keySet = z.object({ keys: z.array(z.record(z.string(), z.unknown())).max(100) });

/** A key set by `kid`; keys without one are told apart by their position, which is no name of theirs. */
export type KeySet = ReadonlyMap<string, VerificationKey>;

/**
 * Reads a JWK Set (RFC 7517 section 5). A key that cannot or must not verify signatures here is
 * passed over: symmetric, too small, for encryption, of another algorithm. Throws when none is left.
 */
export function readJwks(text: string, algorithms: readonly string[]): KeySet {
  const parsed = keySet.safeParse(parseJson(text));
  if (!parsed.success) throw new Error("the answer is not a JWK Set");
  const keys = new Map<string, VerificationKey>();
  for (const [index, jwk] of parsed.data.keys.entries()) {
    const key = readKey(jwk);
    if (key === undefined || !algorithms.includes(key.algorithm)) continue;
    keys.set(key.kid ?? `#${index}`, key);
  }
  if (keys.size === 0) throw new Error("the JWK Set has no key that can be used");
  return keys;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readKey(jwk: Record<string, unknown>): VerificationKey | undefined {
  const algorithm = algorithmOf(jwk);
  if (algorithm === undefined) return undefined;
  if (jwk.alg !== undefined && jwk.alg !== algorithm) return undefined;
  if (jwk.use !== undefined && jwk.use !== "sig") return undefined;
  if (Array.isArray(jwk.key_ops) && !jwk.key_ops.includes("verify")) return undefined;
  const key = importPublic(jwk);
  if (key === undefined || !isStrongEnough(key)) return undefined;
  return { algorithm, key, kid: typeof jwk.kid === "string" ? jwk.kid : undefined };
}

/** The one algorithm that a key of this kind is used with. Never symmetric (RFC 8725 section 3.2). */
function algorithmOf({ kty, crv }: Record<string, unknown>): AsymmetricAlgorithm | undefined {
  if (kty === "EC" && crv === "P-256") return "ES256";
  if (kty === "OKP" && crv === "Ed25519") return "EdDSA";
  if (kty === "RSA") return "RS256";
  return undefined;
}

function importPublic({ kty, crv, x, y, n, e }: Record<string, unknown>): KeyObject | undefined {
  try {
    return createPublicKey({ key: { kty, crv, x, y, n, e } as JsonWebKey, format: "jwk" });
  } catch {
    return undefined;
  }
}

/** RFC 7518 section 3.3: RSA keys have 2048 bits or more. */
function isStrongEnough(key: KeyObject): boolean {
  if (key.asymmetricKeyType !== "rsa") return true;
  return (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 2_048;
}
