import type { Route } from "../routes/route-table.ts";
import type { Rate } from "../routes/schema.ts";
import type { Limits, RateLimiter, Slots } from "./limits.ts";

export type MakeLimits = {
  rate: (rate: Rate, name: string) => RateLimiter;
  slots: (name: string) => Slots;
};

/**
 * Limits by what the routes' file calls a route. They outlive the file's being read again: nobody
 * gets a fresh quota from a change elsewhere in it, only from a change of that rate itself.
 */
export function keyedByRoute(make: MakeLimits): Limits {
  const rates = new Map<string, { name: string; limiter: RateLimiter }>();
  const slots = new Map<string, Slots>();
  const known = new WeakMap<Route, RateLimiter>();

  function limiterOf({ prefix, entry }: Route): RateLimiter {
    const { rate } = entry.limits;
    if (rate === undefined) throw new Error(`${prefix} names no rate`);
    const name = `${prefix} ${rate.requests}/${rate.per} ${rate.key}`;
    const kept = rates.get(prefix);
    if (kept?.name === name) return kept.limiter;
    const limiter = make.rate(rate, name);
    rates.set(prefix, { name, limiter });
    return limiter;
  }

  return {
    rateOf(route) {
      const kept = known.get(route);
      if (kept !== undefined) return kept;
      const limiter = limiterOf(route);
      known.set(route, limiter);
      return limiter;
    },
    slotsOf({ prefix }) {
      const kept = slots.get(prefix);
      if (kept !== undefined) return kept;
      const made = make.slots(prefix);
      slots.set(prefix, made);
      return made;
    },
  };
}
