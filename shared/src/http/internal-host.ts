import ipaddr from "ipaddr.js";

const privateRanges = new Set(["loopback", "private", "uniqueLocal", "linkLocal"]);

/** Plain http is for hosts that no stranger sits between: loopback, private, or one bare label. */
export function isInternalHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (ipaddr.isValid(host)) return privateRanges.has(ipaddr.process(host).range());
  return /^(.+\.)?localhost$/i.test(host) || /^[a-z0-9_-]+$/i.test(host);
}
