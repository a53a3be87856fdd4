import { type Lane, restAfter } from "./attempts.ts";

export type BackOff = {
  /** Is this key to be refused for now, whatever it brings? */
  isResting(key: string): boolean;
  /** Counts a failure, unless the key is resting: who hammers on does not prolong the rest. */
  failed(key: string): void;
  /** Forgets its failures; false if there were none. */
  succeeded(key: string): boolean;
};

type Failures = { count: number; restsUntil: number; last: number };

const maxKeys = 10_000;

/** Failures by key, in this process alone. What is remembered is bounded. */
export function createBackOff(lane: Lane, now: () => number = Date.now): BackOff {
  const known = new Map<string, Failures>();

  function failuresOf(key: string): Failures | undefined {
    const failures = known.get(key);
    if (failures === undefined) return undefined;
    if (now() - Math.max(failures.last, failures.restsUntil) < lane.forgetMs) return failures;
    known.delete(key);
    return undefined;
  }

  return {
    isResting: (key) => (failuresOf(key)?.restsUntil ?? 0) > now(),
    failed(key) {
      const before = failuresOf(key);
      if (before !== undefined && before.restsUntil > now()) return;
      const count = (before?.count ?? 0) + 1;
      const rest = restAfter(count, lane);
      known.delete(key); // so that the map's order is that of the last failure
      known.set(key, { count, last: now(), restsUntil: now() + rest });
      if (known.size > maxKeys) forgetOldest(known);
    },
    succeeded: (key) => known.delete(key),
  };
}

function forgetOldest(known: Map<string, Failures>): void {
  const [oldest] = known.keys();
  if (oldest !== undefined) known.delete(oldest);
}
