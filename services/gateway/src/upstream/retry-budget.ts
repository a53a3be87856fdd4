export type RetryBudget = {
  /** Counts a request that came from a client. */
  deposit(): void;
  /** Takes one retry out of the budget, if there is one left. */
  withdraw(): boolean;
};

export type BudgetOptions = { ratio?: number; minimum?: number; windowMs?: number };

/**
 * Retries may add a share to the load and no more, so that a failing upstream is not hit harder the
 * worse it fares (Envoy's budget: 20 %), and at least ten a window.
 */
export function createRetryBudget(options: BudgetOptions, now: () => number): RetryBudget {
  const { ratio = 0.2, minimum = 10, windowMs = 10_000 } = options;
  let begun = now();
  let requests = 0;
  let retries = 0;

  function turn(): void {
    if (now() - begun < windowMs) return;
    begun = now();
    requests = 0;
    retries = 0;
  }

  return {
    deposit() {
      turn();
      requests += 1;
    },
    withdraw() {
      turn();
      if (retries >= Math.max(minimum, Math.floor(requests * ratio))) return false;
      retries += 1;
      return true;
    },
  };
}
