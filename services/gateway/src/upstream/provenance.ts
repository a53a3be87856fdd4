import type { IncomingMessage } from "node:http";
import ipaddr from "ipaddr.js";
import type { GatewayState } from "../context.ts";

/** Says where a request came from: the flat list of headers that are the gateway's alone to send. */
export type Provenance = (req: IncomingMessage, state: GatewayState) => string[];

/**
 * The client's own X-Forwarded-* and Forwarded are believed from configured proxies alone
 * (CVE-2026-35051, CVE-2026-40575): everybody else's were removed before these are added.
 */
export function createProvenance(trustedProxies: readonly string[]): Provenance {
  const isTrusted = trustedPeers(trustedProxies);

  return function provenance(req, state) {
    const peer = plainAddress(req.socket.remoteAddress);
    const { host = "" } = req.headers;
    const said = isTrusted(peer) ? saidByProxy(req) : undefined;
    const client = said?.for === undefined ? peer : `${said.for}, ${peer}`;
    const headers = [
      "x-request-id",
      state.requestId,
      "traceparent",
      state.traceparent,
      "x-forwarded-for",
      client,
      "x-forwarded-host",
      said?.host ?? host,
      "x-forwarded-proto",
      said?.proto ?? "http",
      "forwarded",
      `for=${forwardedNode(peer)};host="${host}";proto=http`,
    ];
    const { route } = state;
    if (route.entry.strip_prefix) headers.push("x-forwarded-prefix", route.prefix);
    return headers;
  };
}

function saidByProxy({ headers }: IncomingMessage) {
  const one = (value: string | string[] | undefined) =>
    typeof value === "string" && /^[\w .,:[\]-]{1,512}$/.test(value) ? value : undefined;
  return {
    for: one(headers["x-forwarded-for"]),
    host: one(headers["x-forwarded-host"]),
    proto: one(headers["x-forwarded-proto"]),
  };
}

function trustedPeers(ranges: readonly string[]): (address: string) => boolean {
  if (ranges.length === 0) return () => false;
  const parsed = ranges.map((range) =>
    ipaddr.parseCIDR(range.includes("/") ? range : `${range}/${range.includes(":") ? 128 : 32}`),
  );
  return (address) => {
    if (!ipaddr.isValid(address)) return false;
    const peer = ipaddr.process(address);
    return parsed.some(([range, bits]) => peer.kind() === range.kind() && peer.match(range, bits));
  };
}

/** An IPv4 address that arrived on an IPv6 socket, as people write it. */
export function plainAddress(address: string | undefined): string {
  if (address === undefined) return "unknown";
  return address.startsWith("::ffff:") ? address.slice(7) : address;
}

/** RFC 7239 section 6: an IPv6 address is quoted and in brackets. */
function forwardedNode(address: string): string {
  return address.includes(":") ? `"[${address}]"` : address;
}
