import { createPublicKey, type JsonWebKey } from "node:crypto";
import { readFileSync } from "node:fs";
import type { AsymmetricAlgorithm } from "@tollgate/shared/tokens/verify-signature";
import type { JWK } from "jose";
import * as z from "zod";

/** A public key that a client signs its assertions with, and the one algorithm it is for. */
export type ClientKey = JWK & { alg: AsymmetricAlgorithm; use: "sig" };

/**
 * A client's public keys (RFC 7517), in place or in a file. Several at once, so that a new one works
 * before the old one is taken away. A set that is fetched from a URL is not accepted: whoever
 * controls that host would be the client.
 */
export const clientKeysSchema = z
  .strictObject({ keys: z.array(z.unknown()).optional(), file: z.string().optional() })
  .transform((set, context): ClientKey[] => {
    if ((set.keys === undefined) === (set.file === undefined)) {
      return fault(context, "needs either keys or file");
    }
    const found = set.keys ?? readSet(set.file ?? "", context);
    if (found === unreadable) return z.NEVER;
    if (!Array.isArray(found) || found.length < 1 || found.length > 4) {
      return fault(context, "must hold 1 to 4 public keys");
    }
    return found.map((jwk, index) => publicKeyOf(jwk, index, context));
  });

const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

function publicKeyOf(jwk: unknown, index: number, context: z.core.$RefinementCtx): ClientKey {
  if (typeof jwk !== "object" || jwk === null) return fault(context, `keys.${index} is not a JWK`);
  const leaked = privateMembers.find((member) => member in jwk);
  if (leaked !== undefined) {
    return fault(context, `keys.${index} is a private key ("${leaked}"): only the client has that`);
  }
  try {
    const key = createPublicKey({ key: jwk as JsonWebKey, format: "jwk" });
    const kid = (jwk as JWK).kid;
    const bare = key.export({ format: "jwk" }) as JWK;
    return { ...bare, ...(kid && { kid }), alg: algorithmOf(bare), use: "sig" };
  } catch {
    return fault(context, `keys.${index} must be an EC P-256, Ed25519 or RSA key of 2048 bits`);
  }
}

function algorithmOf({ kty, crv, n = "" }: JWK): AsymmetricAlgorithm {
  if (kty === "EC" && crv === "P-256") return "ES256";
  if (kty === "OKP" && crv === "Ed25519") return "EdDSA";
  if (kty === "RSA" && Buffer.from(n, "base64url").length >= 256) return "RS256";
  throw new Error("not a key that we accept");
}

/** What is not there is not malformed as well. */
const unreadable = Symbol("unreadable");

function readSet(path: string, context: z.core.$RefinementCtx): unknown {
  try {
    return (JSON.parse(readFileSync(path, "utf8")) as { keys?: unknown }).keys;
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? "not JSON";
    fault(context, `${path} cannot be read (${reason})`);
    return unreadable;
  }
}

function fault(context: z.core.$RefinementCtx, message: string): never {
  context.addIssue({ code: "custom", message });
  return z.NEVER;
}
