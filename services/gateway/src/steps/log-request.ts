import type { Log } from "@tollgate/shared/log";
import type { GatewayContext, Step } from "../context.ts";

export type ObserveRequest = (method: string, route: string, status: number, ms: number) => void;

/** One access line and one observation a request, when its answer is done or was cut. */
export function logRequest(log: Log, observe: ObserveRequest): Step {
  return function logRequest(ctx, next) {
    ctx.res.once("close", () => report(ctx, log, observe));
    return next();
  };
}

function report({ req, res, state }: GatewayContext, log: Log, observe: ObserveRequest): void {
  const ms = performance.now() - state.begunAt;
  const route = state.route?.prefix ?? "unmatched";
  const status = res.statusCode;
  const { caller, problem } = state;
  observe(req.method ?? "", route, status, ms);
  log.info({
    event: "request_answered",
    request_id: state.requestId,
    trace_id: state.traceparent.slice(3, 35),
    method: req.method,
    route,
    status,
    duration_ms: round(ms),
    upstream: state.upstream,
    upstream_ms: state.upstreamMs === undefined ? undefined : round(state.upstreamMs),
    aborted: res.writableFinished ? undefined : true,
    peer: req.socket.remoteAddress,
    client_id: caller?.clientId,
    sub: caller?.subject,
    jti: caller?.tokenId,
    reason: problem?.code,
    detail: problem?.detail,
  });
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
