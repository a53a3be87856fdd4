import { errors } from "oidc-provider";

/** The store does not answer. The word is that of RFC 6749 section 4.1.2.1; the token endpoint has none. */
export function storeUnavailable(cause: unknown): errors.OIDCProviderError {
  const error = new errors.OIDCProviderError(503, "temporarily_unavailable", { cause });
  error.error_description = "the store cannot be reached at the moment";
  error.expose = true;
  return error;
}
