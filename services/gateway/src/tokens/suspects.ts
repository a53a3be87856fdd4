import { createTokenBucket } from "../limits/token-bucket.ts";

export type SuspectOptions = {
  /** Forged tokens that a source may send a second before it is suspected. */
  failuresPerSecond: number;
  suspectedForMs?: number;
  maxSuspects?: number;
};

/** Who sends forged tokens faster than an honest mistake does. */
export type Suspects = {
  has(source: string): boolean;
  /** One more forged token from there. */
  report(source: string): void;
  readonly size: number;
};

/** Bounded: where there are too many, the one that was quiet for longest is let off, and no other. */
export function createSuspects(options: SuspectOptions, now: () => number): Suspects {
  const { failuresPerSecond, suspectedForMs = 1_000, maxSuspects = 10_000 } = options;
  const patience = createTokenBucket({ requests: failuresPerSecond, perMs: 1_000 }, now);
  const untilBySource = new Map<string, number>();

  return {
    get size() {
      return untilBySource.size;
    },
    has(source) {
      const until = untilBySource.get(source);
      if (until === undefined) return false;
      if (until > now()) return true;
      untilBySource.delete(source);
      return false;
    },
    report(source) {
      if (patience.take(source).allowed) return;
      untilBySource.delete(source); // set again it is the youngest: the map is in order of age
      const [oldest] = untilBySource.keys();
      if (oldest !== undefined && untilBySource.size >= maxSuspects) untilBySource.delete(oldest);
      untilBySource.set(source, now() + suspectedForMs);
    },
  };
}
