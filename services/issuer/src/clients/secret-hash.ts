import { hash, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import * as z from "zod";

const hex = /^[0-9a-f]{64}$/i;

/**
 * The SHA-256 of a client's secret, in place or in a file of its own. Enough for a secret of 256
 * random bits: there is nothing to guess that a slow hash would protect.
 */
export const secretHashSchema = z
  .strictObject({ sha256: z.string().optional(), sha256_file: z.string().optional() })
  .transform((slot, context) => {
    if ((slot.sha256 === undefined) === (slot.sha256_file === undefined)) {
      return fault(context, "needs either sha256 or sha256_file");
    }
    const digest = slot.sha256 ?? readDigest(slot.sha256_file ?? "", context);
    if (digest === undefined) return z.NEVER;
    if (!hex.test(digest)) {
      return fault(context, `${slot.sha256_file ?? "sha256"} must hold 64 hexadecimal digits`);
    }
    return Buffer.from(digest, "hex");
  });

/** Is one of the digests this secret's? Looks at all of them, each in constant time. */
export function isSecretOf(secret: string, digests: readonly Buffer[]): boolean {
  const presented = hash("sha256", secret, "buffer");
  return digests.reduce((found, digest) => timingSafeEqual(presented, digest) || found, false);
}

function readDigest(path: string, context: z.core.$RefinementCtx): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? "unreadable";
    fault(context, `${path} cannot be read (${reason})`);
    return undefined; // what is not there is not malformed as well
  }
}

function fault(context: z.core.$RefinementCtx, message: string): never {
  context.addIssue({ code: "custom", message });
  return z.NEVER;
}
