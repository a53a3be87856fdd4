import type { IncomingMessage } from "node:http";
import { addressOf, plainAddress, trustedPeers } from "./addresses.ts";
import { isPlainHost } from "./host.ts";
import { parseForwarded } from "./parse-forwarded.ts";

/** The way that a request came, as far as somebody who is believed has seen it. */
export type Trail = {
  /** From the client to our peer; the first is the nearest address that is no configured proxy. */
  readonly addresses: readonly string[];
  /** What the client asked for: its Host header, and how. */
  readonly host: string;
  readonly proto: string;
};

export type FollowTrail = (req: IncomingMessage) => Trail;

/** What one proxy said of the request that it got. */
type Hop = { for?: string | undefined; host?: string | undefined; proto?: string | undefined };

/** Which header family the configured proxies write. The other one is anybody's. */
export type ProxyHeader = "x-forwarded" | "forwarded";

/**
 * Follows a request back from our peer. A hop is believed when the one that told of it is a
 * configured proxy; what stands further left is the client's own claim and never looked at
 * (GHSA-vhr5-ggp3-qq85, CVE-2026-3635, CVE-2026-16732).
 */
export function createTrail(proxies: readonly string[], header: ProxyHeader): FollowTrail {
  const isTrusted = trustedPeers(proxies);

  return function follow(req) {
    const peer = plainAddress(req.socket.remoteAddress);
    const { host = "" } = req.headers;
    if (!isTrusted(peer)) return { addresses: [peer], host, proto: "http" };

    const addresses = [peer];
    let first: Hop = {};
    for (const hop of hopsOf(req, header)) {
      first = { ...first, ...hop };
      const address = addressOf(hop.for ?? "");
      if (address === undefined) break;
      addresses.unshift(address);
      if (!isTrusted(address)) break;
    }
    return { addresses, host: plainHost(first.host) ?? host, proto: proto(first.proto) };
  };
}

/** Our peer's word first. */
function hopsOf(req: IncomingMessage, header: ProxyHeader): Iterable<Hop> {
  if (header === "x-forwarded") return xForwardedHops(req);
  return (parseForwarded(req.headers.forwarded ?? "") ?? []).reverse();
}

/** Reads no further than it is asked to: the client can have put thousands on the left. */
function* xForwardedHops({ headers }: IncomingMessage): Generator<Hop> {
  // Each proxy sets these two anew: they are the last one's word, and about the client's request.
  const host = text(headers["x-forwarded-host"]);
  const proto = text(headers["x-forwarded-proto"]);
  const chain = text(headers["x-forwarded-for"]);
  let end = chain.length;
  while (end >= 0) {
    const comma = chain.lastIndexOf(",", end - 1);
    const begin = end === 0 ? 0 : comma + 1;
    yield { for: chain.slice(begin, end).trim(), host, proto };
    end = begin - 1;
  }
}

function text(value: string | string[] | undefined): string {
  return typeof value === "string" ? value : "";
}

function plainHost(host: string | undefined): string | undefined {
  return host !== undefined && isPlainHost(host) ? host : undefined;
}

function proto(said: string | undefined): string {
  return said?.toLowerCase() === "https" ? "https" : "http";
}
