/** Closed: calls pass. Open: none do, until `until`. Half-open: one call decides. */
type State =
  | { is: "closed"; failures: number }
  | { is: "open"; until: number; times: number }
  | { is: "half-open"; times: number };

export type CircuitBreaker = {
  /** May a call be made now? The first one after a rest is the trial that decides. */
  admits(): boolean;
  succeeded(): void;
  failed(): void;
  /** The call ended without telling: a trial is open to the next caller. */
  abandoned(): void;
  /** Milliseconds until the next trial; 0 when calls pass. */
  restMs(): number;
  readonly state: State["is"];
};

export type BreakerOptions = {
  /** Failures in a row that open it. */
  threshold?: number;
  baseRestMs?: number;
  maxRestMs?: number;
};

/**
 * Keeps calls from an endpoint that fails: each further opening rests twice as long. Takes no
 * timer and reads no clock but `now`.
 */
export function createCircuitBreaker(options: BreakerOptions, now: () => number): CircuitBreaker {
  const { threshold = 5, baseRestMs = 1_000, maxRestMs = 30_000 } = options;
  let state: State = { is: "closed", failures: 0 };

  const open = (times: number): State => ({
    is: "open",
    until: now() + Math.min(baseRestMs * 2 ** times, maxRestMs),
    times,
  });

  return {
    get state() {
      return state.is;
    },
    admits() {
      if (state.is === "closed") return true;
      if (state.is === "half-open" || now() < state.until) return false;
      state = { is: "half-open", times: state.times };
      return true;
    },
    succeeded() {
      if (state.is !== "closed" || state.failures > 0) state = { is: "closed", failures: 0 };
    },
    failed() {
      if (state.is === "half-open") state = open(state.times + 1);
      else if (state.is === "closed") {
        const failures = state.failures + 1;
        state = failures >= threshold ? open(0) : { is: "closed", failures };
      }
    },
    abandoned() {
      if (state.is === "half-open") state = { is: "open", until: now(), times: state.times };
    },
    restMs: () => (state.is === "open" ? Math.max(0, state.until - now()) : 0),
  };
}
