/** What a limiter says of one more request. */
export type Verdict = {
  allowed: boolean;
  remaining: number;
  /** Until another request would be allowed; 0 for one that is. */
  retryAfterMs: number;
  /** Until the whole quota is there again. */
  fullAfterMs: number;
};

/** Requests handed out ahead, to be spent without asking again; none when the quota is used up. */
export type Lease = Verdict & { granted: number };

export type TokenBucket = {
  take(key: string): Verdict;
  /** Hands out up to `wanted` requests at once, but never more than `share` of what is left. */
  lease(key: string, wanted: number, share: number): Lease;
  giveBack(key: string, count: number): void;
  readonly size: number;
};

export type BucketOptions = { requests: number; perMs: number; maxKeys?: number };

/** The clock's fractions must not cost a request. */
const rounding = 0.001;
/**
 * A token bucket as the generic cell rate algorithm keeps it: one number a key, the time at which
 * the bucket is full again. Bounded: the oldest of those that used less than half make room, so
 * that a flood of new keys pushes out its own and not the bucket of somebody who is held back.
 */
export function createTokenBucket(
  { requests, perMs, maxKeys = 50_000 }: BucketOptions,
  now: () => number,
): TokenBucket {
  const intervalMs = perMs / requests;
  const light = new Map<string, number>();
  const heavy = new Map<string, number>();
  let nextLight = light.keys();
  let nextHeavy = heavy.entries();

  const fullAt = (key: string) => light.get(key) ?? heavy.get(key);

  /** The iterators are kept: a new one would step over all that was deleted before it. */
  function makeRoom(time: number): void {
    const used = nextHeavy.next();
    if (used.done) nextHeavy = heavy.entries();
    else if (used.value[1] <= time || light.size === 0) heavy.delete(used.value[0]);
    const unused = nextLight.next();
    if (unused.done) nextLight = light.keys();
    else light.delete(unused.value);
  }

  function spend(key: string, count: number, time: number): number {
    const known = fullAt(key);
    if (known === undefined) while (light.size + heavy.size >= maxKeys) makeRoom(time);
    const next = Math.max(known ?? time, time) + count * intervalMs;
    keep(key, next, time);
    return next;
  }

  function keep(key: string, full: number, time: number): void {
    const isHeavy = full - time > perMs / 2;
    (isHeavy ? light : heavy).delete(key);
    (isHeavy ? heavy : light).set(key, full);
  }

  function left(full: number, time: number): number {
    return Math.max(0, Math.floor((time + perMs - full) / intervalMs + rounding));
  }

  function lease(key: string, wanted: number, share: number): Lease {
    const time = now();
    const before = Math.max(fullAt(key) ?? time, time);
    const available = left(before, time);
    if (available === 0) {
      const retryAfterMs = before + intervalMs - perMs - time;
      const fullAfterMs = before - time;
      return { allowed: false, granted: 0, remaining: 0, retryAfterMs, fullAfterMs };
    }
    const granted = Math.max(1, Math.min(wanted, Math.floor(available * share)));
    const fullAfterMs = spend(key, granted, time) - time;
    const remaining = available - granted;
    return { allowed: true, granted, remaining, retryAfterMs: 0, fullAfterMs };
  }

  return {
    get size() {
      return light.size + heavy.size;
    },
    take: (key) => lease(key, 1, 1),
    lease,
    giveBack(key, count) {
      const full = fullAt(key);
      if (full !== undefined) keep(key, full - count * intervalMs, now());
    },
  };
}
