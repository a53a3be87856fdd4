import type { ParsedToken, TokenClaims } from "./parse-token.ts";
import { tokenProblem } from "./token-problems.ts";

/** What tokens of one issuer must look like before their signature is worth looking at. */
export type TokenPolicy = {
  issuer: string;
  algorithms: readonly string[];
  /** Values of the header's `typ`, such as `at+jwt`; compared without case (RFC 9068 section 4). */
  tokenTypes: readonly string[];
  maxLifetimeSeconds: number;
  clockToleranceSeconds: number;
  /** Claims beyond RFC 7519's that must be there, such as the `jti` that a revocation names. */
  requiredClaims?: readonly string[] | undefined;
};

/**
 * Checks everything of a token but its key and signature: the cheap refusals come first.
 * `now` is in seconds since 1970.
 */
export function checkToken(parsed: ParsedToken, policy: TokenPolicy, now: number): void {
  checkHeader(parsed, policy);
  checkShape(parsed.claims, policy);
  checkPurpose(parsed.claims);
  checkTimes(parsed.claims, policy, now);
}

function checkHeader({ header }: ParsedToken, policy: TokenPolicy): void {
  if (!policy.algorithms.includes(header.alg)) {
    const detail = `Accepted are ${policy.algorithms.join(", ")}`;
    throw tokenProblem("token_algorithm_not_allowed", { detail });
  }
  // RFC 7515 section 4.1.11: what the producer calls critical and we do not know, we refuse.
  if (header.crit !== undefined) throw tokenProblem("token_extension_unknown");
  const type = mediaType(header.typ);
  if (!policy.tokenTypes.some((accepted) => mediaType(accepted) === type)) {
    const detail = `Its header's "typ" must be ${policy.tokenTypes.join(" or ")}`;
    throw tokenProblem("token_type_not_allowed", { detail });
  }
}

/** RFC 7515 section 4.1.9: `application/` may be left out. */
function mediaType(type: string | undefined): string {
  return (type ?? "").toLowerCase().replace(/^application\//, "");
}

/** Whom and what a token is about. One that is malformed must not pass for one that is not there. */
const names = ["sub", "client_id", "jti", "sid"];

function checkShape(claims: TokenClaims, policy: TokenPolicy): void {
  if (claims.iss !== policy.issuer) throw tokenProblem("token_issuer_unknown");
  const { aud, exp, iat, nbf } = claims;
  const audiences = Array.isArray(aud) ? aud : [aud];
  if (audiences.length === 0 || !audiences.every(isText)) {
    throw invalid('"aud" must name who the token is for');
  }
  for (const name of names) {
    if (claims[name] !== undefined && !isText(claims[name])) {
      throw invalid(`"${name}" must be text`);
    }
  }
  for (const name of policy.requiredClaims ?? []) {
    if (claims[name] === undefined) throw invalid(`"${name}" must be there`);
  }
  if (!isTime(exp)) throw invalid('"exp" must be a number of seconds');
  if (!isTime(iat)) throw invalid('"iat" must be a number of seconds');
  if (nbf !== undefined && !isTime(nbf)) throw invalid('"nbf" must be a number of seconds');
}

/**
 * Where an issuer types every JWT alike (FusionAuth: `JWT`), the type cannot tell its access tokens
 * from the rest; claims that only ID tokens and security events have can (RFC 8725 section 3.12).
 */
function checkPurpose(claims: TokenClaims): void {
  for (const name of ["at_hash", "c_hash", "events"]) {
    if (claims[name] === undefined) continue;
    throw tokenProblem("token_type_not_allowed", { detail: `No access token has "${name}"` });
  }
}

function checkTimes(claims: TokenClaims, policy: TokenPolicy, now: number): void {
  const { exp, iat, nbf } = claims as { exp: number; iat: number; nbf?: number };
  const tolerance = policy.clockToleranceSeconds;
  if (now >= exp + tolerance) throw tokenProblem("token_expired");
  if (nbf !== undefined && now < nbf - tolerance) throw tokenProblem("token_not_yet_valid");
  if (now < iat - tolerance) {
    throw tokenProblem("token_not_yet_valid", { detail: 'Its "iat" is in the future' });
  }
  if (exp - iat > policy.maxLifetimeSeconds) {
    const detail = `At most ${policy.maxLifetimeSeconds} seconds are accepted`;
    throw tokenProblem("token_lifetime_too_long", { detail });
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function invalid(detail: string) {
  return tokenProblem("token_claims_invalid", { detail });
}
