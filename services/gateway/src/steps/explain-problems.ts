import type { Guide } from "@tollgate/shared/problem-guide/guide";
import { problemGuide } from "@tollgate/shared/problem-guide/whole";
import type { GatewayContext, Step } from "../context.ts";
import { renderIndex, renderPage, slug } from "../problem-pages/render-page.ts";
import { problem } from "../problems.ts";
import { isUnder } from "../routes/route-table.ts";

/**
 * The pages that a problem's `type` points at: /problems/token-expired, and /problems for all. Who
 * has the `code` alone finds them too: /problems/token_expired.
 */
export function explainProblems(guide: Guide = problemGuide): Step {
  const pages = new Map([["/problems", renderIndex(guide)]]);
  for (const [code, guidance] of Object.entries(guide)) {
    const page = renderPage(code, guidance);
    pages.set(`/problems/${slug(code)}`, page).set(`/problems/${code}`, page);
  }

  return function explainProblems(ctx, next) {
    const { path } = ctx.state.target;
    if (!isUnder(path, "/problems")) return next();
    const page = pages.get(path);
    if (page === undefined) throw problem("not_found");
    if (ctx.method !== "GET" && ctx.method !== "HEAD") {
      throw problem("method_not_allowed", { headers: { allow: "GET, HEAD" } });
    }
    return answer(ctx, page);
  };
}

function answer(ctx: GatewayContext, page: string): void {
  const { res, method, state } = ctx;
  ctx.respond = false;
  res.writeHead(200, [
    ...state.ownHeaders,
    "content-type",
    "text/html; charset=utf-8",
    "content-length",
    String(Buffer.byteLength(page)),
    "cache-control",
    "public, max-age=3600",
    "content-security-policy",
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    "x-content-type-options",
    "nosniff",
  ]);
  res.end(method === "HEAD" ? undefined : page);
}
