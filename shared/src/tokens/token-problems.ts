import { defineProblems, type Problem } from "../problem.ts";

/** Every reason to refuse a token, told apart for the caller and for the log (RFC 6750, RFC 9068). */
export const tokenCatalogue = {
  token_missing: { status: 401, title: "This call needs an access token" },
  token_ambiguous: { status: 400, title: "The request carries more than one access token" },
  token_malformed: { status: 401, title: "The access token is not a well-formed JWT" },
  token_algorithm_not_allowed: { status: 401, title: "The token's algorithm is not accepted here" },
  token_type_not_allowed: { status: 401, title: "The token is not an access token" },
  token_extension_unknown: { status: 401, title: "The token demands an extension we do not have" },
  token_issuer_unknown: { status: 401, title: "The token's issuer is not one we trust" },
  token_key_unknown: { status: 401, title: "The token's key is not one of its issuer's" },
  token_signature_invalid: { status: 401, title: "The token's signature does not fit" },
  token_claims_invalid: { status: 401, title: "The token's claims are incomplete or malformed" },
  token_expired: { status: 401, title: "The access token has expired" },
  token_not_yet_valid: { status: 401, title: "The access token is not valid yet" },
  token_lifetime_too_long: { status: 401, title: "The access token lives longer than we accept" },
  token_audience_mismatch: { status: 401, title: "The token is meant for another service" },
  token_revoked: { status: 401, title: "The access token was revoked" },
  scope_missing: { status: 403, title: "The token lacks the scope that this call needs" },
  role_missing: { status: 403, title: "The caller lacks the role that this call needs" },
  token_use_not_allowed: { status: 403, title: "This call is not open to this kind of caller" },
  issuer_keys_unavailable: { status: 503, title: "The issuer's keys cannot be had at the moment" },
  revocations_unavailable: { status: 503, title: "What the issuer revoked is not known just now" },
} as const;

export type TokenProblemCode = keyof typeof tokenCatalogue;

export const tokenProblem = defineProblems<TokenProblemCode>(tokenCatalogue);

/**
 * The challenge of RFC 6750 section 3 for a refusal: no `error` where no token was sent,
 * `invalid_token` with 401, `insufficient_scope` with 403 and the scope that would do.
 */
export function bearerChallenge(problem: Problem, realm: string, scope?: string): string {
  const parts = [`Bearer realm="${realm}"`];
  const error = challengeError(problem);
  if (error !== undefined) parts.push(`error="${error}"`, `error_description="${problem.title}"`);
  if (scope !== undefined) parts.push(`scope="${scope}"`);
  return parts.join(", ");
}

function challengeError(problem: Problem): string | undefined {
  if (problem.code === "token_missing") return undefined;
  if (problem.status === 400) return "invalid_request";
  return problem.status === 403 ? "insufficient_scope" : "invalid_token";
}
