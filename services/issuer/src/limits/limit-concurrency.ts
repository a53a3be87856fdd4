import { problem } from "../problems.ts";

export type LimitConcurrency = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * So many at once, so many waiting in the order in which they came, and 503 for whoever comes then:
 * a flood takes neither more memory than that nor everybody's time.
 */
export function limitConcurrency(atOnce: number, waitingAtMost: number): LimitConcurrency {
  const waiting: (() => void)[] = [];
  let running = 0;

  async function turn(): Promise<void> {
    if (running < atOnce) {
      running += 1;
      return;
    }
    if (waiting.length >= waitingAtMost) {
      const detail = "Too many log in at this moment";
      throw problem("dependency_unavailable", { detail, headers: { "retry-after": "2" } });
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  }

  function leave(): void {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next(); // whose turn it is now takes over this one's place
  }

  return async function limited(work) {
    await turn();
    try {
      return await work();
    } finally {
      leave();
    }
  };
}
