import { keyedByRoute } from "./keyed-by-route.ts";
import type { Limits, Slots } from "./limits.ts";
import { createTokenBucket } from "./token-bucket.ts";

/** The limits of a gateway that is one process. */
export function createLocalLimits(now: () => number): Limits {
  return keyedByRoute({
    rate: ({ requests, per }) => createTokenBucket({ requests, perMs: per }, now),
    slots: createSlots,
  });
}

export function createSlots(): Slots {
  let taken = 0;
  return {
    acquire(limit) {
      if (taken >= limit) return false;
      taken += 1;
      return true;
    },
    release() {
      taken -= 1;
    },
  };
}
