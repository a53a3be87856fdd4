import * as z from "zod";

const loopback = new Set(["127.0.0.1", "[::1]", "localhost"]);

/**
 * Where a person may be sent back to. Compared character by character, ports too. https alone, but
 * for the person's own machine, which nothing leaves (RFC 8252 section 7.3).
 */
export const redirectUriSchema = z
  .string()
  .max(512)
  .refine(isWebUri, "must be an https URL, or an http one of 127.0.0.1, [::1] or localhost")
  .refine((uri) => !uri.includes("#"), "must not have a fragment")
  .refine((uri) => URL.canParse(uri) && !credentialsOf(uri), "must not name a user");

function isWebUri(uri: string): boolean {
  const url = URL.parse(uri);
  // What a browser would make something else of is not what was registered, and `*` is no host.
  if (url === null || url.href !== uri || !/^[a-z0-9.:[\]-]+$/.test(url.hostname)) return false;
  return url.protocol === "https:" || (url.protocol === "http:" && loopback.has(url.hostname));
}

function credentialsOf(uri: string): string {
  const { username, password } = new URL(uri);
  return username + password;
}
