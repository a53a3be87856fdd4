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

function createSlots(limit: number): Slots {
  let filled = 0;
  return {
    acquire() {
      if (filled >= limit) return false;
      filled += 1;
      return true;
    },
    release() {
      filled -= 1;
    },
  };
}
