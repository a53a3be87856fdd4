import { guardedUrl } from "@tollgate/shared/http/guarded-url";
import type { FetchJwks } from "@tollgate/shared/jwks/fetch-jwks";
import * as z from "zod";
import type { OutsideProvider } from "./outside-provider.ts";

const metadataSchema = z.object({ issuer: z.string(), jwks_uri: guardedUrl });

/** OpenID Connect Discovery section 4: below the issuer, a slash at its end apart. */
function metadataUrl(issuer: string): string {
  return `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
}

/**
 * Fetches the keys of a provider from where it says that they are, asked each time anew. Throws
 * when its metadata are another issuer's (section 4.3), or would have us ask where https is not.
 */
export function fetchKeysOf(
  { issuer, jwks_uri }: OutsideProvider,
  fetchJwks: FetchJwks,
): FetchJwks {
  if (jwks_uri !== undefined) return (_url, signal) => fetchJwks(jwks_uri, signal);
  return async function fetchDiscovered(_url, signal) {
    const metadata = parseMetadata(await fetchJwks(metadataUrl(issuer), signal));
    if (metadata.issuer !== issuer) throw new Error("the metadata are another issuer's");
    if (isPlain(metadata.jwks_uri) && !isPlain(issuer))
      throw new Error("the keys are not at https");
    return await fetchJwks(metadata.jwks_uri, signal);
  };
}

/** However the scheme is written. */
function isPlain(url: string): boolean {
  return new URL(url).protocol === "http:";
}

function parseMetadata(text: string) {
  try {
    return metadataSchema.parse(JSON.parse(text));
  } catch {
    throw new Error("the metadata cannot be read");
  }
}
