import type { Middleware } from "koa";
import type { SigningKey } from "../keys/signing-key.ts";

/** The public halves of all keys, the next one and the retired ones too (RFC 7517 section 5). */
export function publishKeys(keys: () => readonly SigningKey[]): Middleware {
  return async function publishKeys(ctx) {
    ctx.body = JSON.stringify({ keys: keys().map(({ publicJwk }) => publicJwk) });
    ctx.type = "application/jwk-set+json";
    ctx.set({ "cache-control": "public, max-age=300", "access-control-allow-origin": "*" });
  };
}
