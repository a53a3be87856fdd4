import type { GatewayContext, Step } from "../context.ts";
import { problem } from "../problems.ts";
import type { Cors } from "../routes/schema.ts";

/**
 * CORS for the routes that name it. A preflight is answered here and by rule: it carries no
 * credentials, so it goes before authentication, and no upstream sees it.
 */
export function shareAcrossOrigins(): Step {
  return function shareAcrossOrigins(ctx, next) {
    const { cors } = ctx.state.route.entry;
    if (cors === undefined) return next();

    const { origin, "access-control-request-method": asked } = ctx.req.headers;
    const isAnyone = cors.origins.includes("*");
    const { ownHeaders } = ctx.state;
    // Also where it is refused or missing: or a cache hands one origin's answer to another.
    if (!isAnyone) ownHeaders.push("vary", "Origin");
    if (origin === undefined) return next();

    const isAllowed = isAnyone || cors.origins.includes(origin);
    if (isAllowed) ownHeaders.push("access-control-allow-origin", isAnyone ? "*" : origin);
    if (isAllowed && cors.credentials) ownHeaders.push("access-control-allow-credentials", "true");
    if (ctx.method === "OPTIONS" && asked !== undefined) {
      if (!isAllowed) throw problem("origin_not_allowed");
      return answerPreflight(ctx, cors);
    }
    if (isAllowed && cors.expose.length > 0) {
      ownHeaders.push("access-control-expose-headers", cors.expose.join(", "));
    }
    // A request that needs no preflight does not ask: what it may read is the browser's to judge.
    return next();
  };
}

function answerPreflight(ctx: GatewayContext, cors: Cors): void {
  const { res, state } = ctx;
  ctx.respond = false;
  const headers = [...state.ownHeaders, "access-control-allow-methods", cors.methods.join(", ")];
  if (cors.headers.length > 0) {
    headers.push("access-control-allow-headers", cors.headers.join(", "));
  }
  headers.push("access-control-max-age", String(Math.floor(cors.max_age / 1_000)));
  res.writeHead(204, headers).end();
}
