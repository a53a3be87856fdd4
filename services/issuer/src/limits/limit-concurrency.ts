import { dependencyUnavailable } from "../problems.ts";

/** `owner` is whose work it is: an address, for one. */
export type LimitConcurrency = <T>(owner: string, work: () => Promise<T>) => Promise<T>;

export type ConcurrencyLimits = {
  atOnce: number;
  waitingAtMost: number;
  /** Of those, so many of one owner: a flood from one place leaves room for others. */
  waitingOfOne: number;
};

type Waiter = { owner: string; go: () => void };

/**
 * So many at once, so many waiting in the order in which they came, and 503 for whoever comes then:
 * a flood takes no more memory than that.
 */
export function limitConcurrency(limits: ConcurrencyLimits): LimitConcurrency {
  const waiting: Waiter[] = [];
  let running = 0;

  async function turn(owner: string): Promise<void> {
    if (running < limits.atOnce) {
      running += 1;
      return;
    }
    const own = waiting.filter((waiter) => waiter.owner === owner).length;
    if (waiting.length >= limits.waitingAtMost || own >= limits.waitingOfOne) {
      const detail = "Too many log in at this moment";
      throw dependencyUnavailable({ detail });
    }
    await new Promise<void>((resolve) => waiting.push({ owner, go: resolve }));
  }

  function leave(): void {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next.go(); // whose turn it is now takes over this one's place
  }

  return async function limited(owner, work) {
    await turn(owner);
    try {
      return await work();
    } finally {
      leave();
    }
  };
}
