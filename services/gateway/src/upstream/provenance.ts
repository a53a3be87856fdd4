import type { IncomingMessage } from "node:http";
import type { GatewayState } from "../context.ts";
import type { FollowTrail, Trail } from "../http/trail.ts";

/** Says where a request came from: the flat list of headers that are the gateway's alone to send. */
export type Provenance = (req: IncomingMessage, state: GatewayState) => string[];

/**
 * The client's own X-Forwarded-* and Forwarded, all of both families, were removed before these are
 * added (CVE-2026-35051, CVE-2026-54764, CVE-2026-40575); the same goes for identity headers
 * (Pomerium #2261, Caddy GHSA-7r4p-vjf4-gxv4).
 */
export function createProvenance(follow: FollowTrail): Provenance {
  return function provenance(req, state) {
    const trail = follow(req);
    const { route, identity, tracestate } = state;
    const headers = [
      "x-request-id",
      state.requestId,
      "traceparent",
      state.traceparent,
      "x-forwarded-for",
      trail.addresses.join(", "),
      "x-forwarded-host",
      trail.host,
      "x-forwarded-proto",
      trail.proto,
      "forwarded",
      forwarded(trail, req.headers.host),
    ];
    if (tracestate !== undefined) headers.push("tracestate", tracestate);
    if (route.entry.strip_prefix) headers.push("x-forwarded-prefix", route.prefix);
    if (identity !== undefined) headers.push(...identity);
    return headers;
  };
}

/** An element a hop: what the client asked for stands in the first, what our peer did in the last. */
function forwarded({ addresses, host, proto }: Trail, ownHost = ""): string {
  const client = `;host="${host}";proto=${proto}`;
  if (addresses.length === 1) return `for=${node(addresses[0])}${client}`;
  const last = addresses.length - 1;
  return addresses
    .map((address, index) => {
      if (index === 0) return `for=${node(address)}${client}`;
      return index === last
        ? `for=${node(address)};host="${ownHost}";proto=http`
        : `for=${node(address)}`;
    })
    .join(", ");
}

/** RFC 7239 section 6: an IPv6 address is quoted and in brackets. */
function node(address = ""): string {
  return address.includes(":") ? `"[${address}]"` : address;
}
