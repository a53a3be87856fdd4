import {
  createPrivateKey,
  createPublicKey,
  type JsonWebKey,
  type KeyObject,
  type SignKeyObjectInput,
  sign,
} from "node:crypto";
import { promisify } from "node:util";
import { ExternalSigningKey } from "oidc-provider";
import type { SigningKey } from "./signing-key.ts";

const signInPool = promisify(sign);

/**
 * A key as the engine takes it. It signs by node:crypto, at half of what Web Crypto costs; and unlike
 * the engine's own keys it may have lost its private half, and still prove what it signed before.
 */
export class EngineKey extends ExternalSigningKey {
  readonly #publicKey: KeyObject;
  readonly #input: SignKeyObjectInput | undefined;

  constructor({ kid, algorithm, publicJwk, privateJwk }: SigningKey) {
    super();
    Object.assign(this, { kid, alg: algorithm }); // setters that the types do not know
    this.#publicKey = createPublicKey({ key: publicJwk as JsonWebKey, format: "jwk" });
    this.#input = privateJwk && {
      key: createPrivateKey({ key: privateJwk as JsonWebKey, format: "jwk" }),
      dsaEncoding: "ieee-p1363", // RFC 7518 section 3.4: r and s, not DER
    };
  }

  override keyObject(): KeyObject {
    return this.#publicKey;
  }

  override async sign(data: Buffer): Promise<Buffer> {
    if (this.#input === undefined) throw new Error(`${this.kid} has retired: it signs no more`);
    const digest = this.alg === "EdDSA" ? null : "sha256";
    // RSA takes longer than others should wait; for elliptic curves the pool is the longer way.
    return this.alg === "RS256"
      ? await signInPool(digest, data, this.#input)
      : sign(digest, data, this.#input);
  }
}
