/** What a limiter says of one more request. */
export type Verdict = { allowed: boolean; remaining: number; retryAfterMs: number };

export type Limiter = { take(key: string): Verdict; readonly size: number };

/**
 * A token bucket as the generic cell rate algorithm keeps it: one number a key, the time at which
 * the bucket is full again. Bounded: when too many keys are known, full buckets are forgotten, and
 * after them the oldest.
 */
export function createTokenBucket(
  { requests, perMs, maxKeys = 50_000 }: { requests: number; perMs: number; maxKeys?: number },
  now: () => number,
): Limiter {
  const intervalMs = perMs / requests;
  const fullAt = new Map<string, number>();

  function forget(time: number): void {
    for (const [key, at] of fullAt) if (at <= time) fullAt.delete(key);
    for (const key of fullAt.keys()) {
      if (fullAt.size < maxKeys) break;
      fullAt.delete(key);
    }
  }

  return {
    get size() {
      return fullAt.size;
    },
    take(key) {
      const time = now();
      const next = Math.max(fullAt.get(key) ?? time, time) + intervalMs;
      const over = next - time - perMs;
      if (over > 0.001) return { allowed: false, remaining: 0, retryAfterMs: over };
      if (fullAt.size >= maxKeys && !fullAt.has(key)) forget(time);
      fullAt.set(key, next);
      const remaining = Math.floor((time + perMs - next) / intervalMs + 0.001);
      return { allowed: true, remaining, retryAfterMs: 0 };
    },
  };
}
