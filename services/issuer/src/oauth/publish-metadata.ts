import type { Middleware } from "koa";

/** The engine's metadata (RFC 8414), without what is not enabled. */
export function publishMetadata(scopes: readonly string[]): Middleware {
  return async function publishMetadata(ctx, next) {
    await next();
    ctx.body = {
      ...(ctx.body as Record<string, unknown>),
      response_modes_supported: ["query"], // see requireQueryMode
      scopes_supported: scopes,
    };
    ctx.set("cache-control", "public, max-age=300");
  };
}
