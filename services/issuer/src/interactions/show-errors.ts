import { Problem } from "@tollgate/shared/problem";
import type { Middleware, ParameterizedContext } from "koa";
import { problem } from "../problems.ts";
import { errorPage } from "./pages/error-page.ts";
import { setPageHeaders, showPage } from "./pages/page.ts";

/** Around what a person looks at: whatever fails there is told as a page. */
export function showErrors(): Middleware {
  return async function showErrors(ctx, next) {
    setPageHeaders(ctx);
    try {
      await next();
      const refusal = refusalIn(ctx.body);
      if (refusal) showError(ctx, ctx.status, refusal.error, refusal.error_description);
    } catch (error) {
      const raised = error instanceof Problem ? error : problem("internal_error", { cause: error });
      ctx.state.problem = raised;
      if (raised.status >= 500) {
        const { code, detail, cause } = raised;
        ctx.state.log.error({ event: "request_failed", code, detail, err: cause }, raised.title);
      }
      ctx.set(raised.headers);
      showError(ctx, raised.status, raised.code, raised.detail ?? raised.title);
    }
  };
}

/** What the engine says where it does not send the browser on. */
function refusalIn(body: unknown): { error: string; error_description?: string } | undefined {
  return typeof body === "object" && body !== null && "error" in body
    ? (body as { error: string }) // RFC 6749 section 5.2
    : undefined;
}

function showError(
  ctx: ParameterizedContext,
  status: number,
  code: string,
  description = "The request was refused",
): void {
  const requestId: string | undefined = ctx.state.requestId;
  showPage(ctx, errorPage({ code, description, requestId }), status);
}
