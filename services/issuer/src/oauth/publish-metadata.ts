import type { Middleware } from "koa";

/** Members that only speak of people who log in, which the engine lists all the same. */
const loginMembers = [
  "authorization_endpoint",
  "authorization_response_iss_parameter_supported",
  "claim_types_supported",
  "claims_parameter_supported",
  "claims_supported",
  "code_challenge_methods_supported",
  "id_token_signing_alg_values_supported",
  "request_uri_parameter_supported",
  "response_modes_supported",
  "subject_types_supported",
];

/** The engine's metadata (RFC 8414), without what is not enabled. */
export function publishMetadata(scopes: readonly string[]): Middleware {
  return async function publishMetadata(ctx, next) {
    await next();
    const metadata = { ...(ctx.body as Record<string, unknown>) };
    const grants = metadata.grant_types_supported as string[];
    if (!grants.includes("authorization_code")) {
      for (const member of loginMembers) delete metadata[member];
    }
    ctx.body = { ...metadata, scopes_supported: scopes };
    ctx.set("cache-control", "public, max-age=300");
  };
}
