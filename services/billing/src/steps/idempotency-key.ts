import { createHash } from "node:crypto";
import { canonicalJson } from "../domain/canonical-json.ts";
import { problem } from "../problems.ts";

const link = '</problems/idempotency-key-missing>; rel="describedby"; type="text/html"';

/**
 * The Idempotency-Key of a request: a quoted string as draft-ietf-httpapi-idempotency-key-header-06
 * has it, or the bare form that many clients send.
 */
export function readIdempotencyKey(header: string): string {
  if (header === "") throw problem("idempotency_key_missing", { headers: { link } });
  const key = /^(?:"([\w-]{16,64})"|([\w-]{16,64}))$/.exec(header);
  if (key === null) {
    const detail = "It must be 16 to 64 letters, digits, _ or -, quoted or bare";
    throw problem("idempotency_key_malformed", { detail });
  }
  return (key[1] ?? key[2]) as string;
}

/** What makes two requests the same: what is asked for, and not with which token or when. */
export function fingerprint(method: string, path: string, body: unknown): string {
  return createHash("sha256")
    .update(`${method} ${path}\n${canonicalJson(body ?? null)}`)
    .digest("hex");
}
