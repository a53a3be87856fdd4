import type { Middleware, ParameterizedContext } from "koa";
import type { Histogram } from "prom-client";
import type { Problem } from "../problem.ts";
import type { Authenticated, Identified } from "./context.ts";

/** What later steps may leave for the access line. */
export type Logged = Identified &
  Partial<Pick<Authenticated, "caller">> & {
    route?: string;
    problem?: Problem;
    /** The public path in front of the service's own, for a problem's `instance`. */
    prefix?: string;
  };

type RequestDuration = Histogram<
  "http_request_method" | "http_route" | "http_response_status_code"
>;

/** One access line and one observation a request, when its answer is done or was cut. */
export function logRequest(duration: RequestDuration): Middleware<Logged> {
  return async function logRequest(ctx, next) {
    const begun = performance.now();
    ctx.res.once("close", () => report(ctx, performance.now() - begun, duration));
    await next();
  };
}

function report(ctx: ParameterizedContext<Logged>, ms: number, duration: RequestDuration) {
  const { caller, problem, route = "unmatched", log } = ctx.state;
  // 499 is nginx's: the client closed the request before there was an answer.
  const status = ctx.res.headersSent ? ctx.res.statusCode : 499;
  log.info(
    {
      event: "request_answered",
      method: ctx.method,
      route,
      status,
      duration_ms: Math.round(ms * 100) / 100,
      aborted: !ctx.res.writableFinished || undefined,
      client_id: caller?.clientId,
      sub: caller?.subject,
      jti: caller?.tokenId,
      reason: problem?.code,
    },
    `${ctx.method} ${route} ${status}`,
  );
  duration.observe(
    { http_request_method: ctx.method, http_route: route, http_response_status_code: status },
    ms / 1000,
  );
}
