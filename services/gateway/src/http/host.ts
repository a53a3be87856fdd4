import { isIPv6 } from "node:net";

const hostAndPort = /^(?:\[([0-9a-f:.]+)\]|[a-z0-9_~-]+(?:\.[a-z0-9_~-]+)*\.?)(?::(\d{1,5}))?$/i;

/**
 * One name or address with an optional port, as RFC 3986 section 3.2.2 has it, and nothing that
 * needs decoding: Koa CVE-2026-27959 read `a@b` as another host than it seemed to be.
 */
export function isPlainHost(host: string): boolean {
  const parts = hostAndPort.exec(host);
  if (parts === null || host.length > 261) return false;
  const [, address, port] = parts;
  return (address === undefined || isIPv6(address)) && Number(port ?? 0) <= 65_535;
}
