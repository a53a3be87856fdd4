import { longestTokenSeconds } from "../resources/resource.ts";

/** How much longer than its life a token is remembered as revoked: other clocks are behind ours. */
const toleranceSeconds = 60;

/** The times of a revocation that means whatever was minted until `now`, for as long as it may live. */
export function untilNow(now: number) {
  // A token minted within this very second is meant as well: `iat` is in whole seconds.
  const notBefore = Math.floor(now / 1_000) + 1;
  const expiresAt = notBefore + longestTokenSeconds + toleranceSeconds;
  return { not_before: notBefore, expires_at: expiresAt };
}
