import type { RateLimiter } from "../limits/limits.ts";
import type { Lease, Verdict } from "../limits/token-bucket.ts";
import { createMemory } from "../tokens/memory.ts";

export type AskForLease = (key: string, wanted: number, unused: number) => Promise<Lease>;

type Held = Lease & { left: number; wanted: number; receivedAt: number; until: number };

const maxKeys = 50_000;
const longestHoldMs = 1_000;

/**
 * Spends requests that were leased from the bucket all workers share. Only the first of a lease
 * waits for it, and who is busy gets larger ones; a refusal holds until its time is over. What is
 * not used within a second is given back, so that it cannot be saved up.
 */
export function createLeasedLimiter(
  ask: AskForLease,
  perMs: number,
  now: () => number,
): RateLimiter {
  const leases = createMemory<Held>({ capacity: maxKeys });
  const underway = new Map<string, Promise<Held>>();

  function spend(key: string): Verdict | undefined {
    const held = leases.get(key);
    if (held === undefined || now() >= held.until) return undefined;
    if (held.granted === 0) return verdictOf(held, false);
    if (held.left === 0) return undefined;
    held.left -= 1;
    return verdictOf(held, true);
  }

  function verdictOf(held: Held, allowed: boolean): Verdict {
    const passed = now() - held.receivedAt;
    return {
      allowed,
      remaining: held.remaining + held.left,
      retryAfterMs: Math.max(0, held.retryAfterMs - passed),
      fullAfterMs: Math.max(0, held.fullAfterMs - passed),
    };
  }

  async function renew(key: string): Promise<Held> {
    const last = leases.get(key);
    const wasUsed = last !== undefined && last.granted > 0 && now() < last.until;
    const wanted = wasUsed ? last.wanted * 2 : 1;
    try {
      const lease = await ask(key, wanted, last?.left ?? 0);
      const holdMs = lease.granted > 0 ? Math.min(perMs, longestHoldMs) : lease.retryAfterMs;
      const receivedAt = now();
      const until = receivedAt + holdMs;
      const held = { ...lease, left: lease.granted, wanted, receivedAt, until };
      leases.set(key, held);
      return held;
    } finally {
      underway.delete(key);
    }
  }

  async function wait(key: string): Promise<Verdict> {
    for (;;) {
      const renewal = underway.get(key) ?? renew(key);
      underway.set(key, renewal);
      const held = await renewal;
      if (held.granted === 0) return verdictOf(held, false);
      const verdict = spend(key);
      if (verdict !== undefined) return verdict;
    }
  }

  return { take: (key) => spend(key) ?? wait(key) };
}
