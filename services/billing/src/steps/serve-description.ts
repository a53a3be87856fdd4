import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { html } from "@tollgate/shared/html";
import type { Middleware } from "koa";
import type { BillingState } from "../context.ts";
import type { Endpoint } from "../endpoint.ts";
import { buildOpenapi } from "../openapi/build-openapi.ts";

/** As billing hears it: the gateway leaves the address of a public route as it is. */
const address = /^(?<base>(?:\/billing)?)\/(?<file>openapi\.json|docs(?:\/[\w.-]+)?)$/;

const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tollgate billing</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`.text;

const start = `SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#api",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
});
`;

// Swagger UI writes style attributes and shows images from data; nothing comes from elsewhere.
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

type File = { type: string; text: string | Buffer };

/** Describes the API to whoever asks, before any token: what may be asked is no secret. */
export function serveDescription(endpoints: readonly Endpoint[]): Middleware<BillingState> {
  const { resolve } = createRequire(import.meta.url);
  const ui = (name: string) => readFileSync(resolve(`swagger-ui-dist/${name}`));
  const files: Record<string, File> = {
    docs: { type: "text/html; charset=utf-8", text: page },
    "docs/start.js": { type: "text/javascript; charset=utf-8", text: start },
    "docs/swagger-ui.css": { type: "text/css; charset=utf-8", text: ui("swagger-ui.css") },
    "docs/swagger-ui-bundle.js": {
      type: "text/javascript; charset=utf-8",
      text: ui("swagger-ui-bundle.js"),
    },
  };
  const description = buildOpenapi(endpoints);

  return async function serveDescription(ctx, next) {
    const { base = "", file: name = "" } = address.exec(ctx.path)?.groups ?? {};
    const servers = [{ url: base || ctx.state.prefix || "/" }];
    const file =
      name === "openapi.json"
        ? { type: "application/json", text: JSON.stringify({ ...description, servers }) }
        : files[name];
    if (file === undefined || !["GET", "HEAD"].includes(ctx.method)) return await next();
    ctx.state.route = `/${name}`;
    ctx.set("cache-control", "public, max-age=300");
    ctx.set("content-security-policy", policy);
    ctx.set("x-content-type-options", "nosniff");
    ctx.type = file.type;
    ctx.body = file.text;
  };
}
