import { createTokenBucket, type Lease, type TokenBucket } from "../limits/token-bucket.ts";
import type { Rate } from "../routes/schema.ts";
import type { LeaseQuestion, SlotsQuestion } from "./protocol.ts";

export type SharedLimits = {
  lease(question: LeaseQuestion): Lease;
  slots(worker: number, question: SlotsQuestion): Promise<number>;
  /** A worker is gone, and with it whatever it held. */
  forget(worker: number): void;
};

export type SharedLimitsDeps = {
  now: () => number;
  isAlive: (worker: number) => boolean;
  /** Asks every worker but one for the slots that it does not fill. */
  recall: (name: string, except: number) => [worker: number, idle: Promise<number>][];
};

const patienceMs = 100;

/**
 * What the workers share: the buckets and the slots are here, and workers hold small parts of them
 * ahead of use. A part is at most a share of what is left, so that none hoards what another needs.
 */
export function createSharedLimits(workers: number, deps: SharedLimitsDeps): SharedLimits {
  const share = 1 / (2 * workers);
  const buckets = new Map<string, { rate: string; bucket: TokenBucket }>();
  const held = new Map<string, Map<number, number>>();

  function bucketOf(prefix: string, { requests, per, key }: Rate): TokenBucket {
    const rate = `${requests}/${per} ${key}`;
    const kept = buckets.get(prefix);
    if (kept?.rate === rate) return kept.bucket;
    const bucket = createTokenBucket({ requests, perMs: per }, deps.now);
    buckets.set(prefix, { rate, bucket });
    return bucket;
  }

  function add(name: string, worker: number, count: number): void {
    const counts = held.get(name) ?? new Map<number, number>();
    held.set(name, counts.set(worker, (counts.get(worker) ?? 0) + count));
  }

  function free({ name, limit }: SlotsQuestion): number {
    const counts = [...(held.get(name)?.values() ?? [])];
    return counts.reduce((left, count) => left - count, limit);
  }

  /** A worker that is late with its answer still gives back, only not to this question. */
  async function recall(name: string, except: number): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, patienceMs);
    const asked = deps.recall(name, except).map(async ([worker, idle]) => {
      add(name, worker, -(await idle.catch(() => 0)));
    });
    await Promise.race([Promise.all(asked), late]);
    clearTimeout(timer);
  }

  return {
    lease({ prefix, rate, key, wanted, unused }) {
      const bucket = bucketOf(prefix, rate);
      if (unused > 0) bucket.giveBack(key, unused);
      return bucket.lease(key, wanted, share);
    },
    async slots(worker, question) {
      if (free(question) <= 0) await recall(question.name, worker);
      const left = free(question);
      if (left <= 0 || !deps.isAlive(worker)) return 0;
      const granted = Math.max(1, Math.floor(left * share));
      add(question.name, worker, granted);
      return granted;
    },
    forget(worker) {
      for (const counts of held.values()) counts.delete(worker);
    },
  };
}
