import ipaddr from "ipaddr.js";
import * as z from "zod";
import { isInternalHost } from "./internal-host.ts";

/** A URL whose answers can be trusted: https, or http to a host that no stranger sits before. */
export const guardedUrl = z
  .url({ protocol: /^https?$/, error: "must be an http or https URL" })
  .refine((text) => isGuarded(text), {
    error: "must be https: plain http is for loopback, private addresses and single-label names",
  });

export const origin = guardedUrl
  .refine((text) => URL.canParse(text) && isBare(new URL(text)), {
    error: "must be an origin like http://billing:8080, without path or query",
  })
  .transform((text) => new URL(text).origin);

export const addressRange = z
  .string()
  .refine((text) => ipaddr.isValid(text) || ipaddr.isValidCIDR(text), {
    error: "must be an address or a range like 10.0.0.0/8",
  });

function isBare({ pathname, search, hash, username }: URL): boolean {
  return pathname === "/" && search === "" && hash === "" && username === "";
}

function isGuarded(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === "https:" || isInternalHost(hostname);
}
