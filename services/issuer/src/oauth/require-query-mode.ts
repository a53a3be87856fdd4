import type { Middleware } from "koa";
import { problem } from "../problems.ts";

/**
 * A code goes back in the query alone. The engine would also answer, or tell that it does not, with a
 * page that needs a script, or in a fragment, which our metadata do not offer.
 */
export function requireQueryMode(): Middleware {
  return async function requireQueryMode(ctx, next) {
    const { response_mode: mode } = ctx.query;
    if (mode !== undefined && mode !== "query") {
      throw problem("invalid_request", { detail: "The response_mode can only be query" });
    }
    await next();
  };
}
