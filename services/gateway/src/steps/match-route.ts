import type { Step } from "../context.ts";
import { problem } from "../problems.ts";
import type { RouteTable } from "../routes/route-table.ts";

/** Which row of the table is this? What no row names is not there. */
export function matchRoute(table: () => RouteTable): Step {
  return function matchRoute(ctx, next) {
    const route = table().match(ctx.state.target.path);
    if (route === undefined) throw problem("route_unknown");
    ctx.state.route = route;
    return next();
  };
}
