import ipaddr from "ipaddr.js";

/**
 * The party behind an address: whoever has one IPv6 address has the other 2^64 of its network too,
 * so that these count as one. An IPv4 address counts alone, also when it is written as IPv6.
 */
export function sourceOf(address: string | undefined): string {
  if (address === undefined || !ipaddr.isValid(address)) return "";
  const parsed = ipaddr.process(address);
  if (!("parts" in parsed)) return parsed.toString();
  const network = parsed.parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(":")}/64`;
}
