import { type Caller, callerOf } from "./caller.ts";
import { checkToken, type TokenPolicy } from "./check-claims.ts";
import { parseToken, type TokenHeader } from "./parse-token.ts";
import { tokenProblem } from "./token-problems.ts";
import { isSignedBy, type VerificationKey } from "./verify-signature.ts";

/** Where an issuer's keys come from. Found at once when it is known, fetched when it is not. */
export type FindKey = (
  header: TokenHeader,
) => VerificationKey | undefined | Promise<VerificationKey | undefined>;

export type TrustedIssuer = { policy: TokenPolicy; findKey: FindKey };

/** Proves a token, or throws the Problem that says why not. Who it is meant for is judged apart. */
export type VerifyToken = (token: string) => Caller | Promise<Caller>;

/**
 * Verifies JWT access tokens as RFC 9068 section 4 asks. The token chooses among the issuers that
 * are configured and their keys, never where keys come from. Audience and scope are the caller's
 * business: see requireAudience.
 */
export function createTokenVerifier(
  issuers: readonly TrustedIssuer[],
  now: () => number = Date.now,
): VerifyToken {
  const byName = new Map(issuers.map((issuer) => [issuer.policy.issuer, issuer]));

  return function verifyToken(token) {
    const parsed = parseToken(token);
    const { iss } = parsed.claims;
    const issuer = typeof iss === "string" ? byName.get(iss) : undefined;
    if (issuer === undefined) throw tokenProblem("token_issuer_unknown");
    checkToken(parsed, issuer.policy, now() / 1000);

    const prove = (key: VerificationKey | undefined): Caller => {
      if (key === undefined) throw tokenProblem("token_key_unknown");
      if (key.algorithm !== parsed.header.alg) throw tokenProblem("token_algorithm_not_allowed");
      if (!isSignedBy(key, parsed.signingInput, parsed.signature)) {
        throw tokenProblem("token_signature_invalid");
      }
      return callerOf(parsed.claims, key.kid);
    };
    const key = issuer.findKey(parsed.header);
    return key instanceof Promise ? key.then(prove) : prove(key);
  };
}

/** Throws `token_audience_mismatch` unless the token was minted for `audience` (RFC 8725, 3.9). */
export function requireAudience(caller: Caller, audience: string): void {
  if (caller.audience.includes(audience)) return;
  throw tokenProblem("token_audience_mismatch", { detail: `It must be minted for ${audience}` });
}
