import type { Slots } from "../limits/limits.ts";

export type LeasedSlots = Slots & {
  /** Takes back the slots that are not filled; says how many they were. */
  giveBackIdle(): number;
};

const refusalHoldsMs = 10;

/**
 * Fills slots that this worker holds of those all workers share. It keeps what was filled once,
 * until another worker needs it; only when it holds none that is free does it ask.
 */
export function createLeasedSlots(ask: () => Promise<number>, now: () => number): LeasedSlots {
  let held = 0;
  let filled = 0;
  let fullUntil = Number.NEGATIVE_INFINITY;
  let underway: Promise<number> | undefined;

  async function askForMore(): Promise<number> {
    try {
      const granted = await ask();
      held += granted;
      // A flood beyond the limit must not become a flood of questions.
      if (granted === 0) fullUntil = now() + refusalHoldsMs;
      return granted;
    } finally {
      underway = undefined;
    }
  }

  async function wait(): Promise<boolean> {
    for (;;) {
      underway ??= askForMore();
      const granted = await underway;
      if (fill()) return true;
      if (granted === 0) return false;
    }
  }

  function fill(): boolean {
    if (filled >= held) return false;
    filled += 1;
    return true;
  }

  return {
    acquire() {
      if (fill()) return true;
      return now() < fullUntil ? false : wait();
    },
    release() {
      filled -= 1;
    },
    giveBackIdle() {
      const idle = held - filled;
      held = filled;
      return idle;
    },
  };
}
