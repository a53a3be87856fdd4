import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** An IPv4 address that arrived on an IPv6 socket, as people write it. */
export function plainAddress(address: string | undefined): string {
  if (address === undefined) return "unknown";
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}

/** The address in a node as proxies write it, `192.0.2.1:4711` or `[2001:db8::1]:4711`; else nothing. */
export function addressOf(node: string): string | undefined {
  const [, bracketed, bare = ""] = /^(?:\[([^\]]*)\]|([\d.]+))(?::\d{1,5})?$/.exec(node) ?? [];
  const address = bracketed ?? (bare === "" ? node : bare);
  if (isIP(address) === 0 || address.includes("%")) return undefined;
  return plainAddress(address.toLowerCase());
}

/** Is this one of the configured proxies? `ranges` are addresses or ranges in CIDR notation. */
export function trustedPeers(ranges: readonly string[]): (address: string) => boolean {
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
