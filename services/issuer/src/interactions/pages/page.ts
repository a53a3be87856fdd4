import { type Html, html } from "@tollgate/shared/html";
import type { ParameterizedContext } from "koa";
import { style, styleSource } from "./style.ts";

export type Page = {
  readonly title: string;
  readonly main: Html;
  /**
   * Where a form may lead to beside ourselves: browsers hold every redirect that answers it against
   * this list, so that it names the last one too.
   */
  readonly formTargets?: readonly string[];
};

/** Answers with a page: no script, nothing fetched, in nobody's frame, kept nowhere. */
export function showPage(ctx: ParameterizedContext, page: Page, status = 200): void {
  ctx.status = status;
  ctx.type = "html";
  ctx.body = write(page).text;
  setPageHeaders(ctx, page.formTargets);
}

/** For redirects between pages as well. */
export function setPageHeaders(ctx: ParameterizedContext, formTargets: readonly string[] = []) {
  const targets = ["'self'", ...new Set(formTargets.map((url) => new URL(url).origin))];
  ctx.set({
    "content-security-policy": [
      "default-src 'none'",
      `style-src ${styleSource}`,
      `form-action ${targets.join(" ")}`,
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ].join("; "),
    "cache-control": "no-store",
    // A page's address names an interaction, which is nobody else's business.
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
  });
}

function write({ title, main }: Page): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} - Tollgate</title>
<style>${style}</style>
</head>
<body>
<main>
${main}
</main>
</body>
</html>
`;
}
