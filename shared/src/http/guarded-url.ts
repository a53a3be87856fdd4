import * as z from "zod";
import { isInternalHost } from "./internal-host.ts";

/** A URL whose answers can be trusted: https, or http to a host that no stranger sits before. */
export const guardedUrl = z
  .url({ protocol: /^https?$/, error: "must be an http or https URL" })
  .refine((text) => isGuarded(text), {
    error: "must be https: plain http is for loopback, private addresses and single-label names",
  })
  .refine((text) => !hasCredentials(text), { error: "must have no user or password in it" });

function hasCredentials(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username !== "" || password !== "";
}

function isGuarded(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === "https:" || isInternalHost(hostname);
}
