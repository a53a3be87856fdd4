import { keyedByRoute } from "../limits/keyed-by-route.ts";
import type { Limits } from "../limits/limits.ts";
import type { Channel } from "./channel.ts";
import { createLeasedLimiter } from "./leased-limiter.ts";
import { createLeasedSlots, type LeasedSlots } from "./leased-slots.ts";
import type { PrimaryAnswers } from "./protocol.ts";

export type LeasedLimits = Limits & { giveBackIdle(name: string): number };

type Ask = Channel<Pick<PrimaryAnswers, "lease" | "slots">>["ask"];

/** The limits of one of several workers: its part of what they share. */
export function createLeasedLimits(ask: Ask, now: () => number): LeasedLimits {
  const slots = new Map<string, LeasedSlots>();

  const limits = keyedByRoute({
    rate(rate, prefix) {
      const askForLease = (key: string, wanted: number, unused: number) =>
        ask("lease", { prefix, rate, key, wanted, unused });
      return createLeasedLimiter(askForLease, rate.per, now);
    },
    slots(limit, name) {
      // A limit that was changed and changed back: what the primary counts under this name goes on.
      const made = slots.get(name) ?? createLeasedSlots(() => ask("slots", { name, limit }), now);
      slots.set(name, made);
      return made;
    },
  });
  return { ...limits, giveBackIdle: (name) => slots.get(name)?.giveBackIdle() ?? 0 };
}
