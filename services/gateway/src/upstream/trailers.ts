import type { IncomingMessage } from "node:http";
import { headerKind } from "../http/header-names.ts";

/**
 * Fields that say how a message is framed, routed, authenticated or to be processed: behind the body
 * they come too late to be true (RFC 9110 section 6.5.1).
 */
const neverTrailing = new Set([
  "age",
  "authorization",
  "cache-control",
  "content-encoding",
  "content-length",
  "content-range",
  "content-type",
  "cookie",
  "date",
  "expect",
  "expires",
  "host",
  "location",
  "max-forwards",
  "pragma",
  "range",
  "retry-after",
  "set-cookie",
  "vary",
  "warning",
  "www-authenticate",
]);

/** May a field of this name follow a body across the gateway? */
function mayTrail(name: string): boolean {
  const { lower, isHopByHop, isReserved, isPlain } = headerKind(name);
  if (isHopByHop || isReserved || !isPlain || lower.startsWith("if-")) return false;
  return !neverTrailing.has(lower);
}

const maxTrailers = 32;

/** What follows a body, as the other side may see it. */
export function forwardedTrailers(raw: readonly (Buffer | string)[]): [string, string][] {
  const trailers: [string, string][] = [];
  for (let index = 0; index < raw.length && trailers.length < maxTrailers; index += 2) {
    const name = latin1(raw[index]);
    if (mayTrail(name)) trailers.push([name, latin1(raw[index + 1])]);
  }
  return trailers;
}

/** The names in a Trailer header that the other side may be told of. */
export function announcedTrailers(value: string): string[] {
  const names = value.split(",").map((name) => name.trim());
  return names.filter((name) => name !== "" && mayTrail(name)).slice(0, maxTrailers);
}

/** The names of the trailers that a request announces; HTTP/1.0 has none. */
export function requestTrailers({ headers, httpVersionMinor }: IncomingMessage): string[] {
  const { trailer } = headers;
  if (trailer === undefined || headers["transfer-encoding"] === undefined) return none;
  return httpVersionMinor === 0 ? none : announcedTrailers(trailer);
}

const none: string[] = [];

/** Does the client want an answer's trailers (RFC 9110 section 10.1.4)? */
export function wantsTrailers({ headers, httpVersionMinor }: IncomingMessage): boolean {
  const { te } = headers;
  if (te === undefined || httpVersionMinor === 0) return false;
  return String(te)
    .split(",")
    .some((each) => each.trim().toLowerCase() === "trailers");
}

function latin1(value: Buffer | string | undefined): string {
  return typeof value === "string" ? value : (value?.toString("latin1") ?? "");
}
