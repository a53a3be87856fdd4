import { type Log, type PlainLine, plainLines } from "@tollgate/shared/log";
import type { Problem } from "@tollgate/shared/problem";
import type { GatewayContext, Step } from "../context.ts";
import { plainAddress } from "../http/addresses.ts";
import { methodLabel } from "../http/method-label.ts";
import type { ObserveRequest } from "../measure-requests.ts";
import type { Policy } from "../routes/policy.ts";

export type LogRequestDeps = {
  log: Log;
  observe: ObserveRequest;
  policy: () => Policy;
  traffic: { active: number };
};

/** One access line and one observation a request, when its answer is done or was cut. */
export function logRequest(deps: LogRequestDeps): Step {
  const { observe, policy, traffic } = deps;
  const reporting = { observe, policy, write: plainLines(deps.log) };

  return function logRequest(ctx, next) {
    traffic.active += 1;
    ctx.res.once("close", () => {
      traffic.active -= 1;
      report(ctx, reporting);
    });
    return next();
  };
}

type Reporting = Pick<LogRequestDeps, "observe" | "policy"> & { write: (line: PlainLine) => void };

function report({ req, res, state }: GatewayContext, { write, observe, policy }: Reporting) {
  const ms = performance.now() - state.begunAt;
  const route = state.route?.prefix ?? "unmatched";
  const method = methodLabel(req.method);
  // Who left before the answer began was told nothing, whatever stands ready there.
  const status = res.headersSent ? res.statusCode : clientClosedRequest;
  const { caller, problem, tunnel, decidedMs, upstreamMs } = state;
  // Of a tunnel its handshake is measured: how long it was open is nobody's delay.
  const delay = tunnel === undefined ? ms : (decidedMs ?? 0) + (upstreamMs ?? 0);
  observe({ method, route, status, ms: delay, reason: problem?.code, upstreamMs });
  write({
    event: "request_answered",
    request_id: state.requestId,
    trace_id: state.traceparent.slice(3, 35),
    method,
    route,
    status,
    duration_ms: round(ms),
    decided_ms: round(decidedMs),
    upstream: state.upstream,
    upstream_ms: round(upstreamMs),
    aborted: res.writableFinished ? undefined : true,
    received_bytes: tunnel?.receivedBytes,
    sent_bytes: tunnel?.sentBytes,
    ended_by: tunnel?.endedBy ?? state.endedBy,
    client_address: policy().clientAddress(req),
    client_id: caller?.clientId,
    sub: caller?.subject,
    jti: caller?.tokenId,
    reason: problem?.code,
    detail: problem?.detail,
  });
}

/** The same for what the parser refused: there is no request to tell of. */
export function reportRefusal(
  { log, observe }: Pick<LogRequestDeps, "log" | "observe">,
  { status, code }: Problem,
  peer: string | undefined,
): void {
  const line = { method: "_OTHER", route: "unmatched", status };
  observe({ ...line, ms: 0, reason: code, upstreamMs: undefined });
  const client_address = plainAddress(peer);
  log.info({ event: "request_refused", ...line, client_address, reason: code });
}

/** What nginx calls it; no status that is ever sent. */
const clientClosedRequest = 499;

function round(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 100) / 100;
}
