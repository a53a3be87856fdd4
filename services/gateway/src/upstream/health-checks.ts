import type { Endpoint } from "./endpoint.ts";
import { type Probe, probeEndpoint } from "./probe-endpoint.ts";

export type Health = Probe & {
  /** Milliseconds between two rounds. */
  every: number;
  /** How many answers in a row it takes to believe them. */
  unhealthy_after: number;
  healthy_after: number;
};

export type HealthChecks = Disposable & { start(): void };

export type HealthCheckOptions = {
  health: Health;
  /** Finds out which endpoints there are now: they may change while there is no traffic. */
  endpoints: () => Promise<readonly Endpoint[]>;
  onChange: (endpoint: Endpoint) => void;
  random: () => number;
};

/**
 * Asks every endpoint from time to time how it is and marks it. The rounds are jittered: several
 * gateways, or workers, do not ask all at once.
 */
export function createHealthChecks(options: HealthCheckOptions): HealthChecks {
  const { health, endpoints, onChange, random } = options;
  const stopped = new AbortController();
  const streaks = new WeakMap<Endpoint, number>();
  let timer: NodeJS.Timeout | undefined;

  async function check(endpoint: Endpoint): Promise<void> {
    const isWell = await probeEndpoint(endpoint, health, stopped.signal);
    if (stopped.signal.aborted) return;
    const streak = isWell === endpoint.isHealthy ? 0 : (streaks.get(endpoint) ?? 0) + 1;
    const needed = isWell ? health.healthy_after : health.unhealthy_after;
    streaks.set(endpoint, streak < needed ? streak : 0);
    if (streak < needed) return;
    endpoint.isHealthy = isWell;
    onChange(endpoint);
  }

  async function round(): Promise<void> {
    await Promise.all((await endpoints()).map(check));
    if (stopped.signal.aborted) return;
    timer = setTimeout(round, health.every * (0.9 + 0.2 * random())).unref();
  }

  return {
    start: () => void round(),
    [Symbol.dispose]() {
      stopped.abort();
      clearTimeout(timer);
    },
  };
}
