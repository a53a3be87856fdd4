import { Problem } from "@tollgate/shared/problem";
import type { Middleware, ParameterizedContext } from "koa";
import { problem } from "../problems.ts";

/** At /oauth/* a failure is told in RFC 6749's words (section 5.2), whoever raised it. */
export function reportOauthErrors(): Middleware {
  return async function reportOauthErrors(ctx, next) {
    if (!ctx.path.startsWith("/oauth/")) return await next();
    try {
      await next();
    } catch (error) {
      const raised = error instanceof Problem ? error : problem("internal_error", { cause: error });
      ctx.state.problem = raised;
      if (raised.status >= 500) ctx.state.log.error(lineOf(raised), raised.title);
      answer(ctx, raised);
    }
  };
}

function answer(ctx: ParameterizedContext, raised: Problem): void {
  ctx.status = raised.status;
  ctx.set(raised.headers);
  ctx.set({ "cache-control": "no-store", pragma: "no-cache" });
  ctx.body = {
    error: oauthError(raised),
    error_description: raised.detail ?? raised.title,
  };
}

/** Those that RFC 6749 and RFC 6750 have a word for, which is ours. */
const spoken = new Set(["invalid_client", "invalid_token", "insufficient_scope"]);

function oauthError({ code, status }: Problem): string {
  if (spoken.has(code)) return code;
  if (status === 503) return "temporarily_unavailable";
  return status >= 500 ? "server_error" : "invalid_request";
}

function lineOf({ code, detail, cause }: Problem) {
  return { event: "request_failed", code, detail, err: cause };
}
