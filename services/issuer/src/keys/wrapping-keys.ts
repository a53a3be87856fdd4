import { createCipheriv, createDecipheriv, hash, randomBytes } from "node:crypto";
import { ConfigError } from "@tollgate/shared/config";

/** Encrypts private keys at rest. The first of the list encrypts, all of them decrypt. */
export type WrappingKeys = readonly [WrappingKey, ...WrappingKey[]];
type WrappingKey = { readonly id: string; readonly bytes: Buffer };

/** What is stored: which key wrapped it, and AES-256-GCM's nonce, tag and ciphertext in one. */
export type Wrapped = { wrappedBy: string; wrapped: Buffer };

/** A stored key does not open: our wrapping keys are another installation's, or the right one is lost. */
export class WrappingKeyMissing extends ConfigError {
  constructor(reason: string) {
    const fault = "the file that ISSUER_WRAPPING_KEY_FILE names does not open our signing keys";
    super([`${fault}: ${reason}; put the former key back into it`]);
  }
}

const nonceLength = 12;
const tagLength = 16;

/** One base64url key of 32 bytes a line. */
export function parseWrappingKeys(variable: string, lines: readonly string[]): WrappingKeys {
  const keys = lines
    .map((line) => Buffer.from(line, "base64url"))
    .map((bytes) => ({ id: hash("sha256", bytes, "hex").slice(0, 16), bytes }));
  const [first, ...rest] = keys;
  if (first === undefined || keys.some(({ bytes }) => bytes.length !== 32)) {
    const expects = "one base64url key of 32 bytes a line";
    throw new ConfigError([`the file that ${variable} names must hold ${expects}`]);
  }
  return [first, ...rest];
}

/** `kid` is bound in: a wrapped key moved to another row does not open. */
export function wrap([key]: WrappingKeys, kid: string, secret: Buffer): Wrapped {
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv("aes-256-gcm", key.bytes, nonce).setAAD(bindingOf(kid));
  const ciphertext = Buffer.concat([cipher.update(secret), cipher.final()]);
  return {
    wrappedBy: key.id,
    wrapped: Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]),
  };
}

export function unwrap(keys: WrappingKeys, kid: string, { wrappedBy, wrapped }: Wrapped): Buffer {
  const key = keys.find(({ id }) => id === wrappedBy);
  if (key === undefined) {
    throw new WrappingKeyMissing(`none of its keys is ${wrappedBy}, which wrapped ${kid}`);
  }
  try {
    const nonce = wrapped.subarray(0, nonceLength);
    const decipher = createDecipheriv("aes-256-gcm", key.bytes, nonce, { authTagLength: tagLength })
      .setAAD(bindingOf(kid))
      .setAuthTag(wrapped.subarray(nonceLength, nonceLength + tagLength));
    const ciphertext = wrapped.subarray(nonceLength + tagLength);
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  } catch {
    throw new WrappingKeyMissing(`${kid} was altered, or moved from another row`);
  }
}

function bindingOf(kid: string): Buffer {
  return Buffer.from(`tollgate signing key ${kid}`);
}
