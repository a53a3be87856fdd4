import type { Log } from "@tollgate/shared/log";
import type Koa from "koa";
import type { GatewayState } from "./context.ts";
import { createAnswerProblem } from "./http/answer-problem.ts";
import { LeanKoa } from "./http/lean-koa.ts";
import type { Limits } from "./limits/limits.ts";
import type { Pressure } from "./limits/pressure.ts";
import type { ObserveRequest } from "./measure-requests.ts";
import type { Revocations } from "./revocation/revocations.ts";
import type { Policy } from "./routes/policy.ts";
import { authenticate } from "./steps/authenticate.ts";
import { authorize } from "./steps/authorize.ts";
import { canonicalise } from "./steps/canonicalise.ts";
import { checkRevocation } from "./steps/check-revocation.ts";
import { explainProblems } from "./steps/explain-problems.ts";
import { forward } from "./steps/forward.ts";
import { identifyRequest } from "./steps/identify-request.ts";
import { limitConcurrency } from "./steps/limit-concurrency.ts";
import { limitRate } from "./steps/limit-rate.ts";
import { logRequest } from "./steps/log-request.ts";
import { matchRoute } from "./steps/match-route.ts";
import { reportProblems } from "./steps/report-problems.ts";
import { shareAcrossOrigins } from "./steps/share-across-origins.ts";
import { shedLoad } from "./steps/shed-load.ts";
import type { OpenStreams } from "./upgrade/open-streams.ts";
import type { Tunnels } from "./upgrade/tunnels.ts";
import type { Upstreams } from "./upstream/upstreams.ts";

export type GatewayDeps = {
  log: Log;
  observe: ObserveRequest;
  /** What is in force now: it can be replaced between two requests. */
  policy: () => Policy;
  upstreams: Upstreams;
  revocations: Pick<Revocations, "check">;
  limits: Limits;
  pressure: Pressure;
  /** How many requests are under way. */
  traffic: { active: number };
  streams: OpenStreams;
  tunnels: Tunnels;
};

/** The gateway is this list. Reading it from top to bottom is reading what happens to a request. */
export function createGateway(deps: GatewayDeps): Koa<GatewayState> {
  const answerProblem = createAnswerProblem(deps.log);
  const gateway = new LeanKoa();
  gateway
    .use(identifyRequest())
    .use(logRequest(deps)) // around reportProblems: it logs the status that was sent
    .use(reportProblems(answerProblem))
    .use(canonicalise()) // first: a connection that is not certain is closed, also under load
    .use(shedLoad(deps.pressure, deps.traffic)) // before any work is spent
    .use(explainProblems())
    .use(matchRoute(deps.policy))
    .use(shareAcrossOrigins()) // a preflight has no token to show
    .use(authenticate(deps.policy))
    .use(checkRevocation(deps.revocations)) // also of a token that was proven before
    .use(authorize())
    .use(limitRate(deps.limits, deps.policy)) // after authorise: nobody spends another caller's share
    .use(limitConcurrency(deps.limits))
    .use(forward({ ...deps, answerProblem }));
  // Koa reports here what befalls a connection after its answer began: the access line has it.
  gateway.on("error", (err) => deps.log.debug({ event: "connection_failed", err }));
  return gateway;
}
