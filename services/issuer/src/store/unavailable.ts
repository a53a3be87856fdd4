import { errors } from "oidc-provider";

/** The store does not answer: RFC 6749 has no word for it at the token endpoint, RFC 6749 4.1.2.1 has. */
export function storeUnavailable(cause: unknown): errors.OIDCProviderError {
  const error = new errors.OIDCProviderError(503, "temporarily_unavailable", { cause });
  error.error_description = "the store cannot be reached at the moment";
  error.expose = true;
  return error;
}
