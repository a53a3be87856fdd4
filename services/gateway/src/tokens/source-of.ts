import { isIPv4 } from "node:net";
import ipaddr from "ipaddr.js";

/**
 * The party behind an address: whoever has one IPv6 address has the other 2^64 of its network too,
 * so that these count as one. An IPv4 address counts alone, also when it is written as IPv6.
 */
export function sourceOf(address: string | undefined): string {
  if (address === undefined) return "";
  // As Node writes IPv4 addresses: most are, and to take one apart costs a hundred times as much.
  const v4 = address.startsWith("::ffff:") ? address.slice(7) : address;
  if (isIPv4(v4)) return v4;
  if (!ipaddr.isValid(address)) return "";
  const parsed = ipaddr.process(address);
  if (!("parts" in parsed)) return parsed.toString();
  const network = parsed.parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(":")}/64`;
}
