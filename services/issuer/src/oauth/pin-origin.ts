import type Koa from "koa";
import type { Middleware } from "koa";
import { problem } from "../problems.ts";

/**
 * Whatever the request says about where it was sent (Host, X-Forwarded-*, an absolute target), from
 * here on it was sent to the issuer: nothing that is built from a request follows the request.
 */
export function pinOrigin(issuer: string): Middleware {
  const { host } = new URL(issuer);

  return async function pinOrigin(ctx, next) {
    if (!ctx.req.url?.startsWith("/")) throw problem("request_target_invalid");
    ctx.req.headers.host = host;
    for (const name of misleading) {
      // An object that members were deleted from is slower for all who read it later.
      if (name in ctx.req.headers) delete ctx.req.headers[name];
    }
    await next();
  };
}

const misleading = ["x-forwarded-host", "x-forwarded-proto", ":authority"];

/**
 * The scheme of all requests of the app. Koa derives it from the socket, which behind a gateway is
 * never the one that was asked.
 */
export function pinScheme(app: Koa, issuer: string): void {
  const value = new URL(issuer).protocol.slice(0, -1);
  Object.defineProperty(app.request, "protocol", { value });
}
