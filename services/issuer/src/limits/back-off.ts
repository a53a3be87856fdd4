export type BackOff = {
  /** Is this key to be refused for now, whatever it brings? */
  isResting(key: string): boolean;
  /** Counts a failure, unless the key is resting: who hammers on does not prolong the rest. */
  failed(key: string): void;
  succeeded(key: string): void;
};

export type BackOffLimits = {
  /** So many failures cost nothing. */
  free: number;
  /** The first rest; each failure after it doubles the next. */
  firstMs: number;
  longestMs: number;
};

type Failures = { count: number; restsUntil: number; last: number };

const maxKeys = 10_000;

/** Failures by key, each pause twice the one before. What is remembered is bounded. */
export function createBackOff(
  { free, firstMs, longestMs }: BackOffLimits,
  now: () => number = Date.now,
): BackOff {
  const known = new Map<string, Failures>();

  /** A quiet time as long as the longest rest wipes the slate. */
  function failuresOf(key: string): Failures | undefined {
    const failures = known.get(key);
    if (failures === undefined) return undefined;
    if (now() - Math.max(failures.last, failures.restsUntil) < longestMs) return failures;
    known.delete(key);
    return undefined;
  }

  return {
    isResting: (key) => (failuresOf(key)?.restsUntil ?? 0) > now(),
    failed(key) {
      const before = failuresOf(key);
      if (before !== undefined && before.restsUntil > now()) return;
      const count = (before?.count ?? 0) + 1;
      const rest = count < free ? 0 : Math.min(firstMs * 2 ** (count - free), longestMs);
      known.delete(key); // so that the map's order is that of the last failure
      known.set(key, { count, last: now(), restsUntil: now() + rest });
      if (known.size > maxKeys) forgetOldest(known);
    },
    succeeded: (key) => void known.delete(key),
  };
}

function forgetOldest(known: Map<string, Failures>): void {
  const [oldest] = known.keys();
  if (oldest !== undefined) known.delete(oldest);
}
