import type { GatewayContext, Step } from "../context.ts";
import { createTokenBucket, type Limiter, type Verdict } from "../limits/token-bucket.ts";
import { problem } from "../problems.ts";
import type { Route } from "../routes/route-table.ts";
import type { Rate } from "../routes/schema.ts";

/** Has the caller any requests left? Each route that names a rate has its own buckets. */
export function limitRate(now: () => number): Step {
  const limiters = new WeakMap<Route, Limiter>();

  return function limitRate(ctx, next) {
    const { route } = ctx.state;
    const { rate } = route.entry.limits;
    if (rate === undefined) return next();

    const limiter =
      limiters.get(route) ?? createTokenBucket({ requests: rate.requests, perMs: rate.per }, now);
    limiters.set(route, limiter);
    const verdict = limiter.take(keyOf(ctx, rate));
    addHeaders(ctx.state.ownHeaders, rate, verdict);
    if (!verdict.allowed) {
      const retryAfter = String(Math.max(1, Math.ceil(verdict.retryAfterMs / 1000)));
      throw problem("rate_exceeded", { headers: { "retry-after": retryAfter } });
    }
    return next();
  };
}

/** draft-ietf-httpapi-ratelimit-headers-10 */
function addHeaders(headers: string[], rate: Rate, verdict: Verdict): void {
  const reset = Math.ceil(verdict.retryAfterMs / 1000);
  headers.push("RateLimit-Policy", `"default";q=${rate.requests};w=${Math.ceil(rate.per / 1000)}`);
  headers.push("RateLimit", `"default";r=${verdict.remaining};t=${reset}`);
}

function keyOf({ state, req }: GatewayContext, rate: Rate): string {
  const { caller } = state;
  if (rate.key === "address" || caller === undefined) return req.socket.remoteAddress ?? "";
  return `${caller.issuer} ${rate.key === "client" ? caller.clientId : caller.subject}`;
}
