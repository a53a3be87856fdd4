import type { Router } from "@koa/router";
import type { Middleware } from "koa";
import type { BillingState } from "../context.ts";
import { problem } from "../problems.ts";

/** An address that exists, but not with this method: 405 with those that do. */
export function refuseMethod(router: Router<BillingState>): Middleware<BillingState> {
  return async function refuseMethod(ctx, next) {
    const { path } = router.match(ctx.path, ctx.method);
    const methods = [...new Set(path.flatMap((layer) => layer.methods))].sort();
    if (methods.length > 0) {
      throw problem("method_not_allowed", { headers: { allow: methods.join(", ") } });
    }
    await next();
  };
}
