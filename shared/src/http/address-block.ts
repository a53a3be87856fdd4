import { isIPv4 } from "node:net";
import ipaddr from "ipaddr.js";

/**
 * What one caller has of addresses: one of IPv4, however it is written, or the 2^64 of IPv6 that begin
 * alike (RFC 6177). Whatever is no address is one block, without a name.
 */
export function addressBlock(address: string | undefined): string {
  if (address === undefined) return "";
  // As Node writes IPv4 addresses: most are, and to take one apart costs a hundred times as much.
  const v4 = address.startsWith("::ffff:") ? address.slice(7) : address;
  if (isIPv4(v4)) return v4;
  if (!ipaddr.isValid(address)) return "";
  const parsed = ipaddr.process(address);
  if (!("parts" in parsed)) return parsed.toString();
  const network = parsed.parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(":")}::/64`;
}
