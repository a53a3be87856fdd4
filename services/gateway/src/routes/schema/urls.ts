import { isIP } from "node:net";
import { guardedUrl } from "@tollgate/shared/http/guarded-url";
import ipaddr from "ipaddr.js";
import * as z from "zod";

export const origin = guardedUrl
  .refine((text) => URL.canParse(text) && isBare(new URL(text)), {
    error: "must be an origin like http://billing:8080, without path or query",
  })
  .transform((text) => new URL(text).origin);

export const addressRange = z
  .string()
  .refine((text) => isIP(text) !== 0 || ipaddr.isValidCIDR(text), {
    error: "must be an address or a range like 10.0.0.0/8",
  })
  .refine((text) => isIP(text) !== 0 || !isVast(text), {
    error: "must not be everybody, nor nearly: any client could then say that it is another",
  });

/** Larger than any network of one owner's: an IPv4 /8, an IPv6 /16. */
function isVast(range: string): boolean {
  if (!ipaddr.isValidCIDR(range)) return false;
  const [address, bits] = ipaddr.parseCIDR(range);
  return bits < (address.kind() === "ipv4" ? 8 : 16);
}

function isBare({ pathname, search, hash }: URL): boolean {
  return pathname === "/" && search === "" && hash === "";
}
