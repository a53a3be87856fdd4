export type PressureLimits = {
  /** How long work may wait in this process, in milliseconds. */
  delay: number;
  /** How many requests this process carries at the same time. */
  requests: number;
};

/** What a process can still carry. Reads no clock but `now` and takes no timer. */
export type Pressure = {
  /** How long the event loop kept a timer waiting: as long as it keeps everyone else. */
  observe(delayMs: number): void;
  /** Must a request be refused that makes it `active` of them? */
  refuses(active: number): boolean;
  /** The share of requests that is refused now, from 0 to 1. */
  readonly share: number;
};

const patienceMs = 1_000;
const step = 0.1;
const most = 0.9;
const leastShare = 0.05;

/**
 * CoDel's idea (RFC 8289) for an event loop: a queue that empties now and then is work, one that
 * stays is overload. While every wait is above its target for longer than the patience, a growing
 * share is refused; each short wait halves it. Some are always let through: their waits tell when
 * it is over.
 */
export function createPressure(limits: () => PressureLimits, now: () => number): Pressure {
  let aboveSince: number | undefined;
  let share = 0;
  let owed = 0;

  return {
    get share() {
      return share;
    },
    observe(delayMs) {
      if (delayMs < limits().delay) {
        aboveSince = undefined;
        share = share < leastShare ? 0 : share / 2;
        return;
      }
      aboveSince ??= now();
      if (now() - aboveSince > patienceMs) share = Math.min(most, share + step);
    },
    refuses(active) {
      if (active > limits().requests) return true;
      if (share === 0) return false;
      owed += share;
      if (owed < 1) return false;
      owed -= 1;
      return true;
    },
  };
}
