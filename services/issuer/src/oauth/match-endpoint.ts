import type Router from "@koa/router";
import type { Middleware } from "koa";
import { problem } from "../problems.ts";

/** Which of our endpoints is this? What is not one of them is refused before anything else. */
export function matchEndpoint(endpoints: Router): Middleware {
  return async function matchEndpoint(ctx, next) {
    const { path: known, route } = endpoints.match(ctx.path, ctx.method);
    if (known.length === 0) throw problem("not_found");
    const [named] = known;
    ctx.state.route = typeof named?.path === "string" ? named.path : ctx.path; // names no interaction
    if (!route) {
      const allow = [...new Set(known.flatMap(({ methods }) => methods))].join(", ");
      throw problem("method_not_allowed", { headers: { allow } });
    }
    await next();
  };
}
