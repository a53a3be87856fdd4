import type { Middleware, ParameterizedContext } from "koa";
import { commonProblems, defineProblems, Problem, problemBody, problemType } from "../problem.ts";
import type { Logged } from "./log-request.ts";

const commonProblem = defineProblems(commonProblems);

/**
 * The one place where a failure becomes an answer. What is not a Problem is a bug: it is logged
 * whole and answered as `internal_error`, with none of its own text.
 */
export function reportProblems(): Middleware<Logged> {
  return async function reportProblems(ctx, next) {
    try {
      // RFC 9112 section 3.2: from here on, whoever reads the path can.
      if (!ctx.req.url?.startsWith("/")) throw commonProblem("request_target_invalid");
      await next();
      if (ctx.status === 404 && ctx.body === undefined && ctx.respond !== false) {
        throw commonProblem("not_found");
      }
    } catch (error) {
      if (ctx.req.errored) return void abandon(ctx);
      const problem =
        error instanceof Problem ? error : commonProblem("internal_error", { cause: error });
      ctx.state.problem = problem;
      if (problem.status >= 500) ctx.state.log.error(lineOf(problem), problem.title);
      if (ctx.headerSent) ctx.res.destroy();
      else answer(ctx, problem);
    }
  };
}

/** The client left in the middle of its request: nobody is there to be answered, nothing is wrong. */
function abandon(ctx: ParameterizedContext<Logged>): void {
  ctx.respond = false;
  ctx.res.destroy();
}

function answer(ctx: ParameterizedContext<Logged>, problem: Problem): void {
  ctx.status = problem.status;
  ctx.set(problem.headers);
  const { prefix = "", requestId } = ctx.state;
  // A target that is no path can name another host, which an answer of ours does not repeat.
  const path = ctx.req.url?.startsWith("/") ? ctx.req.url.split("?", 1)[0] : "";
  const instance = `${prefix}${path}`;
  ctx.body = JSON.stringify(problemBody(problem, { instance, requestId }));
  ctx.type = problemType;
  ctx.set("cache-control", "no-store");
}

function lineOf(problem: Problem) {
  return {
    event: "request_failed",
    code: problem.code,
    detail: problem.detail,
    err: problem.cause,
  };
}
