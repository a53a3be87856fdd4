import {
  createPrivateKey,
  createPublicKey,
  type JsonWebKey,
  type KeyObject,
  sign,
} from "node:crypto";
import { promisify } from "node:util";
import { fromDer } from "@tollgate/shared/tokens/ecdsa-der";
import { ExternalSigningKey } from "oidc-provider";
import type { SigningKey } from "./signing-key.ts";

const signInPool = promisify(sign);

/**
 * A key as the engine takes it. It signs by node:crypto, at half of what Web Crypto costs; and unlike
 * the engine's own keys it may have lost its private half, and still prove what it signed before.
 */
export class EngineKey extends ExternalSigningKey {
  readonly #publicKey: KeyObject;
  readonly #privateKey: KeyObject | undefined;

  constructor({ kid, algorithm, publicJwk, privateJwk }: SigningKey) {
    super();
    Object.assign(this, { kid, alg: algorithm }); // setters that the types do not know
    this.#publicKey = createPublicKey({ key: publicJwk as JsonWebKey, format: "jwk" });
    this.#privateKey =
      privateJwk && createPrivateKey({ key: privateJwk as JsonWebKey, format: "jwk" });
  }

  override keyObject(): KeyObject {
    return this.#publicKey;
  }

  override async sign(data: Buffer): Promise<Buffer> {
    const key = this.#privateKey;
    if (key === undefined) throw new Error(`${this.kid} has retired: it signs no more`);
    // RSA takes longer than others should wait; for elliptic curves the pool is the longer way.
    if (this.alg === "RS256") return await signInPool("sha256", data, key);
    if (this.alg === "EdDSA") return sign(null, data, key);
    // To ask Node for r and s (`dsaEncoding`) would cost as much again as the signature.
    return fromDer(sign("sha256", data, key));
  }
}
