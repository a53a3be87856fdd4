import type { IncomingMessage } from "node:http";
import { headerKind } from "../http/header-names.ts";
import type { RouteEntry } from "../routes/schema.ts";

/**
 * The client's headers as the upstream may see them: one walk, flat, in order. Names listed in
 * Connection go first (CVE-2021-32813, CVE-2026-33805), then what is reserved for the gateway.
 */
export function forwardedRequestHeaders(
  { rawHeaders }: IncomingMessage,
  entry: RouteEntry,
): string[] {
  const nominated = nominatedBy(rawHeaders);
  const withheld = withheldBy(entry);
  const headers: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    const kind = headerKind(name);
    if (kind.isHopByHop || kind.isReserved || !kind.isPlain) continue;
    if (kind.lower === "host" || kind.lower === "expect") continue; // ours to say
    if (nominated?.has(kind.lower) || withheld.includes(kind.lower)) continue;
    headers.push(name, rawHeaders[index + 1] as string);
  }
  return headers;
}

/** The upstream's headers as the client may see them; `rawHeaders` as undici has them. */
export function forwardedResponseHeaders(
  rawHeaders: readonly Buffer[],
  entry: RouteEntry,
): string[] {
  const pairs = rawHeaders.map((each) => each.toString("latin1"));
  const nominated = nominatedBy(pairs);
  const headers: string[] = [];
  for (let index = 0; index < pairs.length; index += 2) {
    const name = pairs[index] as string;
    const kind = headerKind(name);
    if (kind.isHopByHop || notForClients.has(kind.lower) || nominated?.has(kind.lower)) continue;
    if (kind.lower === "set-cookie" && !entry.cookies) continue;
    if (entry.cors !== undefined && kind.lower.startsWith("access-control-")) continue;
    if (entry.limits.rate !== undefined && kind.lower.startsWith("ratelimit")) continue;
    headers.push(name, pairs[index + 1] as string);
  }
  return headers;
}

/** The upstream's reason phrase where it can be sent as it is; else Node's for the status. */
export function forwardedReason(phrase: string | undefined): string | undefined {
  return phrase !== undefined && /^[\t\x20-\x7e]*$/.test(phrase) ? phrase : undefined;
}

/** Ours to say, or about the network behind us: versions, hosts, another way in. */
const notForClients = new Set([
  "x-request-id",
  "server",
  "x-powered-by",
  "x-aspnet-version",
  "x-aspnetmvc-version",
  "via",
  "alt-svc",
]);

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

const withheldOf = new WeakMap<RouteEntry, readonly string[]>();

/** The credentials that are not this upstream's business, worked out once a route. */
function withheldBy(entry: RouteEntry): readonly string[] {
  const known = withheldOf.get(entry);
  if (known !== undefined) return known;
  const withheld = entry.cookies ? [] : ["cookie"];
  if (entry.access === "token" && entry.strip_token) {
    withheld.push((entry.tutorial?.token_header ?? "authorization").toLowerCase());
  }
  withheldOf.set(entry, withheld);
  return withheld;
}
