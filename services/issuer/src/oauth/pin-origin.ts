import type { Middleware } from "koa";
import { problem } from "../problems.ts";

/**
 * Whatever the request says about where it was sent (Host, X-Forwarded-*, an absolute target), from
 * here on it was sent to the issuer: nothing that is built from a request follows the request.
 */
export function pinOrigin(issuer: string): Middleware {
  const { host, protocol } = new URL(issuer);
  const scheme = { value: protocol.slice(0, -1), configurable: true };

  return async function pinOrigin(ctx, next) {
    if (!ctx.req.url?.startsWith("/")) throw problem("request_target_invalid");
    ctx.req.headers.host = host;
    delete ctx.req.headers["x-forwarded-host"];
    delete ctx.req.headers["x-forwarded-proto"];
    delete ctx.req.headers[":authority"];
    // Koa derives it from the socket, which behind a gateway is never the one that was asked.
    Object.defineProperty(ctx.request, "protocol", scheme);
    await next();
  };
}
