import type { IncomingMessage } from "node:http";
import type { Step } from "../context.ts";
import { type HeaderKind, headerKind } from "../http/header-names.ts";
import { readTarget } from "../http/read-target.ts";
import { problem } from "../problems.ts";

/** One request, or a refusal: what is matched and authorised is what is forwarded. */
export function canonicalise(): Step {
  return function canonicalise(ctx, next) {
    const { req } = ctx;
    if (!methods.has(req.method ?? "")) {
      throw problem("method_not_allowed", { headers: { allow: [...methods].join(", ") } });
    }
    checkHeaders(req);
    ctx.state.target = readTarget(req.url ?? "");
    return next();
  };
}

// TRACE echoes credentials and CONNECT makes tunnels: neither is ever forwarded.
const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Headers that mean one thing: a second one could be what the next server reads. */
const single = new Set([
  "host",
  "authorization",
  "content-length",
  "content-type",
  "transfer-encoding",
  "expect",
  "if-match",
  "idempotency-key",
]);

const maxHeaders = 100;

function checkHeaders({ rawHeaders }: IncomingMessage): void {
  if (rawHeaders.length > maxHeaders * 2) throw problem("headers_too_large");
  const seen: Record<string, string | undefined> = {};
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const kind = headerKind(rawHeaders[index] as string);
    if (!kind.isPlain) refuseAlias(kind);
    if (!single.has(kind.lower)) continue;
    if (seen[kind.lower] !== undefined) throw twice(kind.lower);
    seen[kind.lower] = rawHeaders[index + 1] as string;
  }
  checkHost(seen.host);
  checkFraming(seen["content-length"], seen["transfer-encoding"]);
  const { expect } = seen;
  if (expect !== undefined && expect.toLowerCase() !== "100-continue") {
    throw problem("expectation_failed");
  }
}

/** Traefik CVE-2026-39858: a reserved header's alias is an attack, not a slip. */
function refuseAlias(kind: HeaderKind): void {
  if (!kind.isReserved && !kind.isHopByHop) return;
  const detail = "A header's name is another way to write a reserved one";
  throw problem("header_not_accepted", { detail });
}

const hostAndPort = /^(?:[a-z0-9._~-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/** Koa CVE-2026-27959: `Host: a@b` named another host than it seemed to. */
function checkHost(host: string | undefined): void {
  if (host !== undefined && hostAndPort.test(host)) return;
  throw problem("host_not_accepted");
}

/** RFC 9112 section 6.3: the length in both ways, or in one we do not know, is smuggling. */
function checkFraming(length: string | undefined, encoding: string | undefined): void {
  if (length !== undefined && encoding !== undefined) throw problem("framing_not_accepted");
  if (encoding !== undefined && encoding.toLowerCase() !== "chunked") {
    throw problem("framing_not_accepted", { detail: "Transfer-Encoding can only be chunked" });
  }
  if (length !== undefined && !/^\d{1,15}$/.test(length)) throw problem("framing_not_accepted");
}

function twice(name: string) {
  if (name === "host") return problem("host_not_accepted");
  if (name === "content-length" || name === "transfer-encoding")
    return problem("framing_not_accepted");
  return problem("header_not_accepted", { detail: `The header ${name} is there twice` });
}
