import { createTokenBucket } from "../limits/token-bucket.ts";
import { problem } from "../problems.ts";

/**
 * Where verifications run. A source that keeps sending forged signatures goes to the slow lane:
 * one verification a turn of the event loop, so that everyone else's requests pass in between.
 */
export type VerificationLane = {
  run<T>(source: string, verify: () => T | Promise<T>): T | Promise<T>;
  reportFailure(source: string): void;
  readonly waiting: number;
};

export type LaneOptions = {
  /** Forged tokens a source may send a second before its tokens wait in line. */
  failuresPerSecond?: number;
  maxWaiting?: number;
};

export function createVerificationLane(
  { failuresPerSecond = 20, maxWaiting = 1_024 }: LaneOptions,
  now: () => number,
): VerificationLane {
  const patience = createTokenBucket({ requests: failuresPerSecond, perMs: 1_000 }, now);
  const suspects = new Map<string, number>();
  const line: (() => void)[] = [];

  function isSuspect(source: string): boolean {
    const until = suspects.get(source);
    if (until === undefined) return false;
    if (until > now()) return true;
    suspects.delete(source);
    return false;
  }

  function serveNext(): void {
    line.shift()?.();
    if (line.length > 0) setImmediate(serveNext);
  }

  return {
    get waiting() {
      return line.length;
    },
    run(source, verify) {
      if (suspects.size === 0 || !isSuspect(source)) return verify();
      if (line.length >= maxWaiting) {
        throw problem("too_many_forged_tokens", { headers: { "retry-after": "1" } });
      }
      return new Promise((resolve, reject) => {
        line.push(() => {
          try {
            resolve(verify());
          } catch (error) {
            reject(error);
          }
        });
        if (line.length === 1) setImmediate(serveNext);
      });
    },
    reportFailure(source) {
      if (patience.take(source).allowed) return;
      if (suspects.size >= 10_000) suspects.clear();
      suspects.set(source, now() + 1_000);
    },
  };
}
