import type { Rate } from "../routes/schema.ts";
import type { Limits, RateLimiter, Slots } from "./limits.ts";

export type MakeLimits = {
  rate: (rate: Rate, prefix: string) => RateLimiter;
  /** The name tells apart the slots of one limit of one route. */
  slots: (limit: number, name: string) => Slots;
};

/** `text` tells whether a limit is still the same; `from` tells it faster, while the file is. */
type Kept<T> = { from: unknown; text: string; made: T };

/**
 * Limits by what the routes' file calls a route. They outlive the file's being read again: nobody
 * gets a fresh quota from a change elsewhere in it, only from a change of that very limit.
 */
export function keyedByRoute(make: MakeLimits): Limits {
  const rates = new Map<string, Kept<RateLimiter>>();
  const slots = new Map<string, Kept<Slots>>();

  return {
    rateOf({ prefix }, rate) {
      return keep(rates, prefix, rate, () => make.rate(rate, prefix));
    },
    slotsOf({ prefix }, limit) {
      return keep(slots, prefix, limit, () => make.slots(limit, `${prefix} ${limit}`));
    },
  };
}

function keep<T>(all: Map<string, Kept<T>>, prefix: string, from: unknown, create: () => T): T {
  const known = all.get(prefix);
  if (known !== undefined && known.from === from) return known.made;
  const text = JSON.stringify(from);
  const isSame = known?.text === text;
  const kept = isSame ? { ...known, from } : { from, text, made: create() };
  all.set(prefix, kept);
  return kept.made;
}
