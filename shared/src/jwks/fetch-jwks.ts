import { readText } from "../http/read-text.ts";

const maxBytes = 262_144;

/** Fetches a JWKS document's text; rejects on anything but a 200 of sane size from that very URL. */
export type FetchJwks = (url: string, signal: AbortSignal) => Promise<string>;

/** A redirect is refused: the configuration alone says where keys come from. */
export const fetchJwks: FetchJwks = async (url, signal) => {
  const response = await fetch(url, {
    signal,
    redirect: "error",
    headers: { accept: "application/jwk-set+json, application/json" },
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`the JWKS endpoint answered ${response.status}`);
  }
  return await readText(response, maxBytes);
};
