import type { Log } from "@tollgate/shared/log";
import { Problem, problemBody, problemType } from "@tollgate/shared/problem";
import type { GatewayContext } from "../context.ts";
import { problem as gatewayProblem } from "../problems.ts";
import { isCondemned } from "./condemned.ts";
import { discardRest } from "./discard-rest.ts";
import { endTogether } from "./end-together.ts";
import { hasBody } from "./has-body.ts";

export type AnswerProblem = (ctx: GatewayContext, error: unknown) => void;

/**
 * Answers a failure as RFC 9457. What is not a Problem is a bug: logged whole, answered as
 * `internal_error` with none of its own text.
 */
export function createAnswerProblem(log: Log): AnswerProblem {
  return function answerProblem(ctx, error) {
    const problem = asProblem(error);
    ctx.state.problem = problem;
    ctx.respond = false;
    if (problem.status >= 500 && !deliberate.has(problem.code)) logFailure(ctx, problem, log);
    // Too late for an answer: only a reset tells the client that what it has is not the whole. The
    // end of the connection would be the end of the answer to HTTP/1.0.
    if (ctx.res.headersSent) ctx.req.socket.resetAndDestroy();
    else write(ctx, problem);
  };
}

/** Nothing failed: the access line says it, and a flood of these must not become one of errors. */
const deliberate = new Set(["overloaded", "concurrency_exceeded"]);

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return gatewayProblem("internal_error", { cause: error });
}

function write(ctx: GatewayContext, problem: Problem): void {
  const { req, res, state } = ctx;
  const [type, body] = render(ctx, problem);
  const headers = [...state.ownHeaders, ...Object.entries(problem.headers).flat()];
  headers.push("content-type", type, "cache-control", "no-store");
  headers.push("content-length", String(Buffer.byteLength(body)));
  const isUnread = !req.complete && hasBody(req);
  if (isCondemned(req.socket)) headers.push("connection", "close");
  res.statusMessage = "";
  res.writeHead(problem.status, headers);
  endTogether(res, req.method === "HEAD" ? undefined : body, takenWithinMs);
  if (isUnread) discardRest(req);
}

/** A refusal is short: what is not taken of it fills no more than the kernel's buffers. */
const takenWithinMs = 30_000;

function render({ state }: GatewayContext, problem: Problem): [type: string, body: string] {
  if (state.route?.guard?.tutorial !== undefined) {
    return ["text/plain; charset=utf-8", `${tutorialText(problem)}\n`];
  }
  const context = { instance: state.target?.path ?? "", requestId: state.requestId };
  return [problemType, JSON.stringify(problemBody(problem, context))];
}

/** The tutorial's readers see its own words. */
function tutorialText(problem: Problem): string {
  if (problem.code === "token_missing") return "No Authorization Token provided";
  if (problem.code === "token_expired") return "Token is expired";
  return problem.title;
}

function logFailure({ state }: GatewayContext, problem: Problem, log: Log): void {
  log.error(
    {
      event: "request_failed",
      request_id: state.requestId,
      code: problem.code,
      upstream: state.upstream,
      err: problem.cause,
    },
    problem.message,
  );
}
