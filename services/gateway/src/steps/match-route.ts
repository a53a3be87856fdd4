import type { Step } from "../context.ts";
import { problem } from "../problems.ts";
import type { Policy } from "../routes/policy.ts";

/** Which row of the table is this? What no row names is not there. */
export function matchRoute(policy: () => Policy): Step {
  return function matchRoute(ctx, next) {
    const route = policy().table.match(ctx.state.target.path);
    if (route === undefined) throw problem("route_unknown");
    ctx.state.route = route;
    return next();
  };
}
