export type RestartBudget = { times: number; withinMs: number };

/** Says how long to wait before the next start; undefined when there were too many. */
export function createRestartBudget({ times, withinMs }: RestartBudget) {
  let starts: number[] = [];
  return {
    nextDelayMs(now: number): number | undefined {
      starts = starts.filter((start) => now - start < withinMs);
      if (starts.length >= times) return undefined;
      starts.push(now);
      return 100 * 2 ** (starts.length - 1);
    },
  };
}
