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
    for (const hop of hopsOf(req, header).reverse()) {
      first = { ...first, ...hop };
      const address = addressOf(hop.for ?? "");
      if (address === undefined) break;
      addresses.unshift(address);
      if (!isTrusted(address)) break;
    }
    return { addresses, host: plainHost(first.host) ?? host, proto: proto(first.proto) };
  };
}

function hopsOf({ headers }: IncomingMessage, header: ProxyHeader): Hop[] {
  if (header === "forwarded") return parseForwarded(headers.forwarded ?? "") ?? [];
  const {
    "x-forwarded-for": chain,
    "x-forwarded-host": host,
    "x-forwarded-proto": proto,
  } = headers;
  const hops = text(chain)
    .split(",")
    .map((node): Hop => ({ for: node.trim() }));
  // Each proxy sets these two anew: they are the last one's word, and about the client's request.
  return hops.map((hop) => ({ ...hop, host: text(host), proto: text(proto) }));
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
