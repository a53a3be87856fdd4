import { addressBlock } from "@tollgate/shared/http/address-block";
import type { GatewayContext, Step } from "../context.ts";
import type { Limits } from "../limits/limits.ts";
import type { Verdict } from "../limits/token-bucket.ts";
import { problem } from "../problems.ts";
import type { Policy } from "../routes/policy.ts";
import type { Rate } from "../routes/schema.ts";

/** Has the caller any requests left? Each route that names a rate counts by itself. */
export function limitRate(limits: Limits, policy: () => Policy): Step {
  return function limitRate(ctx, next) {
    const { route } = ctx.state;
    const { rate } = route.entry.limits;
    if (rate === undefined) return next();

    const judge = (verdict: Verdict) => {
      // Who left while the answer was waited for is not worth an upstream's work.
      if (ctx.res.closed) return undefined;
      addHeaders(ctx.state.ownHeaders, rate, verdict);
      if (verdict.allowed) return next();
      const retryAfter = String(seconds(verdict.retryAfterMs));
      throw problem("rate_exceeded", { headers: { "retry-after": retryAfter } });
    };
    const verdict = limits.rateOf(route, rate).take(keyOf(ctx, rate, policy));
    return verdict instanceof Promise ? verdict.then(judge) : judge(verdict);
  };
}

/**
 * draft-ietf-httpapi-ratelimit-headers-10: `t` counts to the moment when more is left, for one that
 * is refused, and else to the one when all is. A window of broken seconds cannot be said.
 */
function addHeaders(headers: string[], { requests, per }: Rate, verdict: Verdict): void {
  const reset = seconds(verdict.allowed ? verdict.fullAfterMs : verdict.retryAfterMs);
  const window = per % 1_000 === 0 ? `;w=${per / 1_000}` : "";
  headers.push("RateLimit-Policy", `"default";q=${requests}${window}`);
  headers.push("RateLimit", `"default";r=${verdict.remaining};t=${reset}`);
}

/** The clock's fractions must not cost a second: half an hour is never 1801 of them. */
function seconds(ms: number): number {
  return Math.max(1, Math.ceil((ms - 0.001) / 1_000));
}

function keyOf({ state, req }: GatewayContext, rate: Rate, policy: () => Policy): string {
  const { caller } = state;
  if (rate.key === "address" || caller === undefined) {
    return addressBlock(policy().clientAddress(req));
  }
  const { issuer, clientId, subject } = caller;
  // A token that names no client must not share a bucket with all others of its kind.
  return `${issuer} ${rate.key === "client" && clientId !== "" ? clientId : subject}`;
}
