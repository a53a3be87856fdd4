import type { IncomingMessage } from "node:http";
import { headerKind } from "../http/header-names.ts";

/**
 * The client's headers as the upstream may see them: one walk, flat, in order. Names listed in
 * Connection go first (CVE-2021-32813, CVE-2026-33805), then what is reserved for the gateway.
 */
export function forwardedRequestHeaders({ rawHeaders }: IncomingMessage): string[] {
  const nominated = nominatedBy(rawHeaders);
  const headers: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    const kind = headerKind(name);
    if (kind.isHopByHop || kind.isReserved || !kind.isPlain) continue;
    if (kind.lower === "host" || kind.lower === "expect") continue; // ours to say
    if (nominated?.has(kind.lower)) continue;
    headers.push(name, rawHeaders[index + 1] as string);
  }
  return headers;
}

/** The upstream's headers as the client may see them; `rawHeaders` as undici has them. */
export function forwardedResponseHeaders(rawHeaders: readonly Buffer[]): string[] {
  const pairs = rawHeaders.map((each) => each.toString("latin1"));
  const nominated = nominatedBy(pairs);
  const headers: string[] = [];
  for (let index = 0; index < pairs.length; index += 2) {
    const name = pairs[index] as string;
    const kind = headerKind(name);
    if (kind.isHopByHop || notForClients.has(kind.lower) || nominated?.has(kind.lower)) continue;
    headers.push(name, pairs[index + 1] as string);
  }
  return headers;
}

/** Ours to say, or a version that nobody outside needs to know. */
const notForClients = new Set(["x-request-id", "server", "x-powered-by"]);

/** End-to-end headers that no Connection header may take away (RFC 9110 section 7.6.1). */
const neverNominated = new Set([
  "authorization",
  "host",
  "content-length",
  "content-type",
  "cache-control",
  "cookie",
  "date",
]);

function nominatedBy(rawHeaders: readonly string[]): Set<string> | undefined {
  let nominated: Set<string> | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (headerKind(rawHeaders[index] as string).lower !== "connection") continue;
    const value = (rawHeaders[index + 1] as string).toLowerCase();
    if (value === "keep-alive" || value === "close") continue;
    nominated ??= new Set();
    for (const name of value.split(",")) nominated.add(name.trim());
  }
  for (const name of neverNominated) nominated?.delete(name);
  return nominated;
}
