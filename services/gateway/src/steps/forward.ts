import type { GatewayContext, Step } from "../context.ts";
import type { AnswerProblem } from "../http/answer-problem.ts";
import { hasBody } from "../http/has-body.ts";
import { problem } from "../problems.ts";
import type { Policy } from "../routes/policy.ts";
import { upstreamPath } from "../routes/route-table.ts";
import type { OpenStreams } from "../upgrade/open-streams.ts";
import type { Tunnels } from "../upgrade/tunnels.ts";
import { UpgradeResponse } from "../upgrade/upgrade-response.ts";
import { Exchange } from "../upstream/exchange.ts";
import { forwardedRequestHeaders } from "../upstream/headers.ts";
import { RequestBody } from "../upstream/request-body.ts";
import { noUpgrade } from "../upstream/send.ts";
import { requestTrailers, wantsTrailers } from "../upstream/trailers.ts";
import type { Upstreams } from "../upstream/upstreams.ts";

export type ForwardDeps = {
  upstreams: Upstreams;
  policy: () => Policy;
  answerProblem: AnswerProblem;
  streams: OpenStreams;
  tunnels: Tunnels;
};

/** Hands the request on and streams the answer back. From here on the response is the exchange's. */
export function forward(deps: ForwardDeps): Step {
  const { upstreams, policy, answerProblem, streams, tunnels } = deps;

  return function forward(ctx) {
    ctx.respond = false;
    // Whoever left while the token was verified is owed nothing, and nothing would tell us later.
    if (ctx.res.closed) return;
    const { route, target, begunAt } = ctx.state;
    ctx.state.decidedMs = performance.now() - begunAt;
    const { res } = ctx;
    const { timeouts, limits } = route.entry;
    const headers = forwardedRequestHeaders(ctx.req, route.entry);
    headers.push(...policy().provenance(ctx.req, ctx.state));
    if (wantsTrailers(ctx.req)) headers.push("te", "trailers");
    const outgoing = {
      path: upstreamPath(route, target.path) + target.query,
      headers,
      makeBody: bodyMaker(ctx, limits.body),
      trailers: requestTrailers(ctx.req),
      timeouts,
      connectMs: timeouts.connect,
      upgrade: res instanceof UpgradeResponse ? tunnels.prepare(ctx, res) : noUpgrade,
      streams,
    };
    new Exchange(ctx, upstreams.of(route), outgoing, answerProblem).start();
  };
}

function bodyMaker({ req, res }: GatewayContext, limit: number): () => RequestBody | null {
  if (!hasBody(req)) return noBody;
  if (Number(req.headers["content-length"] ?? 0) > limit) throw problem("body_too_large");
  // RFC 9110 section 10.1.1: past every check, and once the upstream can take it, is the client
  // asked for its body.
  const ask = req.headers.expect === undefined ? undefined : () => res.writeContinue();
  return () => new RequestBody(req, limit, ask);
}

const noBody = () => null;
