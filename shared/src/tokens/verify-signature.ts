import { createHmac, type KeyObject, timingSafeEqual, verify } from "node:crypto";
import { toDer } from "./ecdsa-der.ts";

export const asymmetricAlgorithms = ["ES256", "EdDSA", "RS256"] as const;
export type AsymmetricAlgorithm = (typeof asymmetricAlgorithms)[number];

/** HS256 exists for the tutorial's shared secret alone. */
export type Algorithm = AsymmetricAlgorithm | "HS256";

/** A key and the one algorithm it may be used with (RFC 8725 section 3.1). */
export type VerificationKey = {
  readonly algorithm: Algorithm;
  readonly key: KeyObject;
  /** The name under which its issuer publishes it. */
  readonly kid?: string | undefined;
};

/** Is this the signature that `key` made over `input`? The token's own `alg` has no say in it. */
export function isSignedBy(verification: VerificationKey, input: string, signature: Buffer) {
  const { algorithm, key } = verification;
  switch (algorithm) {
    case "ES256":
      // RFC 7518 section 3.4: r and s, 32 bytes each; anything else is refused before OpenSSL.
      if (signature.length !== 64) return false;
      // As DER, for Node's own conversion makes this half as dear again.
      return verify("sha256", Buffer.from(input), key, toDer(signature));
    case "EdDSA":
      return verify(null, Buffer.from(input), key, signature);
    case "RS256":
      return verify("sha256", Buffer.from(input), key, signature);
    case "HS256": {
      const expected = createHmac("sha256", key).update(input).digest();
      return expected.length === signature.length && timingSafeEqual(expected, signature);
    }
  }
}
