/** Closed: calls pass. Open: none do, until `until`. Half-open: one call, the trial, decides. */
type State =
  | { is: "closed"; failures: number }
  | { is: "open"; until: number; times: number }
  | { is: "half-open"; times: number };

/** What a call was admitted with, and hands back with its outcome; 0 is no admission. */
export type Ticket = number;

export type CircuitBreaker = {
  /** Would `admit` say yes now? */
  isReady(): boolean;
  /** Lets a call pass, or says 0. The first one after a rest is the trial. */
  admit(): Ticket;
  succeeded(ticket: Ticket): void;
  failed(ticket: Ticket): void;
  /** The call ended without telling: a trial is open to the next caller. */
  abandoned(ticket: Ticket): void;
  /** Milliseconds until the next trial; 0 when calls pass or one is being tried. */
  restMs(): number;
  readonly state: State["is"];
};

export type BreakerOptions = {
  /** Failures in a row that open it. */
  threshold?: number;
  baseRestMs?: number;
  maxRestMs?: number;
  /** Told when calls stop passing and when they pass again; a trial that fails is no news. */
  onChange?: (to: "open" | "closed") => void;
};

/**
 * Keeps calls from an endpoint that fails: each further opening rests twice as long. Takes no timer
 * and reads no clock but `now`.
 */
export function createCircuitBreaker(options: BreakerOptions, now: () => number): CircuitBreaker {
  const { threshold = 5, baseRestMs = 1_000, maxRestMs = 30_000, onChange } = options;
  let state: State = { is: "closed", failures: 0 };
  // A call that began before the last change has an old ticket: it tells of another time.
  let era = 1;

  function become(next: State): void {
    if (next.is !== state.is) era += 1;
    state = next;
  }

  function rest(times: number): void {
    const restMs = Math.min(baseRestMs * 2 ** times, maxRestMs);
    become({ is: "open", until: now() + restMs, times });
  }

  const isReady = () => state.is === "closed" || (state.is === "open" && now() >= state.until);

  return {
    get state() {
      return state.is;
    },
    isReady,
    admit() {
      if (state.is === "closed") return era;
      if (!isReady() || state.is === "half-open") return 0;
      become({ is: "half-open", times: state.times });
      return era;
    },
    succeeded(ticket) {
      if (ticket !== era || (state.is === "closed" && state.failures === 0)) return;
      const wasClosed = state.is === "closed";
      become({ is: "closed", failures: 0 });
      if (!wasClosed) onChange?.("closed");
    },
    failed(ticket) {
      if (ticket !== era) return;
      if (state.is === "half-open") return rest(state.times + 1);
      if (state.is === "open") return;
      state = { is: "closed", failures: state.failures + 1 };
      if (state.failures < threshold) return;
      rest(0);
      onChange?.("open");
    },
    abandoned(ticket) {
      if (ticket !== era || state.is !== "half-open") return;
      become({ is: "open", until: now(), times: state.times });
    },
    restMs: () => (state.is === "open" ? Math.max(0, state.until - now()) : 0),
  };
}
