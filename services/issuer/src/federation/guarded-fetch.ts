import { readText } from "@tollgate/shared/http/read-text";
import type { CustomFetch } from "openid-client";

const maxBytes = 262_144;

/** What a provider answers us directly: never from elsewhere, and never more than anybody needs. */
export const guardedFetch: CustomFetch = async (url, options) => {
  const { body = null, headers, method, signal = null } = options;
  const response = await fetch(url, { body, headers, method, signal, redirect: "manual" });
  const text = await readText(response, maxBytes);
  // A status such as 204 allows no body at all, not even an empty one.
  return new Response(text === "" ? null : text, response);
};
