import { createTokenBucket } from "../limits/token-bucket.ts";

export type SuspectOptions = {
  /** Forged tokens that a source may send a second before it is suspected. */
  failuresPerSecond: number;
  /** Forged tokens a second, from wherever, beyond which every source is suspected. */
  failuresOfAll?: number;
  suspectedForMs?: number;
  maxSuspects?: number;
};

/** Who sends forged tokens faster than an honest mistake does. */
export type Suspects = {
  /** The source is worked out only where anybody is suspected at all. */
  includes(source: () => string): boolean;
  /** One more forged token from there. */
  report(source: string): void;
  readonly size: number;
};

/**
 * Bounded: where there are too many, the one that was quiet for longest is let off, and no other. A
 * flood from so many sources that each stays within its patience makes suspects of all.
 */
export function createSuspects(options: SuspectOptions, now: () => number): Suspects {
  const { failuresPerSecond, failuresOfAll = 500 } = options;
  const { suspectedForMs = 1_000, maxSuspects = 10_000 } = options;
  const patience = createTokenBucket({ requests: failuresPerSecond, perMs: 1_000 }, now);
  const patienceWithAll = createTokenBucket({ requests: failuresOfAll, perMs: 1_000 }, now);
  const untilBySource = new Map<string, number>();
  let allUntil = Number.NEGATIVE_INFINITY;

  function has(source: string): boolean {
    const until = untilBySource.get(source);
    if (until === undefined) return false;
    if (until > now()) return true;
    untilBySource.delete(source);
    return false;
  }

  return {
    get size() {
      return untilBySource.size;
    },
    includes(source) {
      if (allUntil > now()) return true;
      return untilBySource.size > 0 && has(source());
    },
    report(source) {
      if (!patienceWithAll.take("").allowed) allUntil = now() + suspectedForMs;
      if (patience.take(source).allowed) return;
      untilBySource.delete(source); // set again it is the youngest: the map is in order of age
      const [oldest] = untilBySource.keys();
      if (oldest !== undefined && untilBySource.size >= maxSuspects) untilBySource.delete(oldest);
      untilBySource.set(source, now() + suspectedForMs);
    },
  };
}
