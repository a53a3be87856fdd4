import type { IncomingMessage } from "node:http";
import { problem } from "../problems.ts";
import { type HeaderKind, headerKind } from "./header-names.ts";
import { isPlainHost } from "./host.ts";

/** Headers that mean one thing: a second one could be what the next server reads. */
const single = new Set([
  "host",
  "authorization",
  "content-length",
  "content-type",
  "transfer-encoding",
  "expect",
  "origin",
  "range",
  "if-match",
  "if-modified-since",
  "if-unmodified-since",
  "idempotency-key",
]);

const maxHeaders = 100;

/** Refuses headers that two servers could read differently; which of the rest may pass is decided later. */
export function checkHeaders(req: IncomingMessage): void {
  const { rawHeaders } = req;
  if (rawHeaders.length > maxHeaders * 2) throw problem("headers_too_large");
  const seen: Record<string, string | undefined> = {};
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const kind = headerKind(rawHeaders[index] as string);
    if (!kind.isPlain) refuseAlias(kind);
    if (!single.has(kind.lower)) continue;
    if (seen[kind.lower] !== undefined) throw twice(kind.lower);
    seen[kind.lower] = rawHeaders[index + 1] as string;
  }
  const { host, expect, "content-length": length, "transfer-encoding": encoding } = seen;
  if (host === undefined || !isPlainHost(host)) throw problem("host_not_accepted");
  checkFraming(length, encoding, req.httpVersionMinor);
  if (expect !== undefined && expect.toLowerCase() !== "100-continue") {
    throw problem("expectation_failed");
  }
}

/** The alias of a header that matters is an attack, not a slip; any other is only dropped. */
function refuseAlias({ isReserved, isHopByHop, alias }: HeaderKind): void {
  if (!isReserved && !isHopByHop && !single.has(alias) && alias !== "cookie") return;
  const detail = "A header's name is another way to write one that matters here";
  throw problem("header_not_accepted", { detail });
}

/** RFC 9112 section 6: the length in both ways, or in one we do not know, is smuggling. */
function checkFraming(length: string | undefined, encoding: string | undefined, minor: number) {
  if (encoding !== undefined) {
    // Section 6.1: what speaks HTTP/1.0 does not know chunks, so something before us may not either.
    if (length !== undefined || minor === 0) throw problem("framing_not_accepted");
    if (encoding.toLowerCase() !== "chunked") {
      throw problem("framing_not_accepted", { detail: "Transfer-Encoding can only be chunked" });
    }
  }
  if (length !== undefined && !/^(?:0|[1-9]\d{0,14})$/.test(length)) {
    throw problem("framing_not_accepted");
  }
}

function twice(name: string) {
  if (name === "host") return problem("host_not_accepted");
  if (name === "content-length" || name === "transfer-encoding")
    return problem("framing_not_accepted");
  return problem("header_not_accepted", { detail: `The header ${name} is there twice` });
}
