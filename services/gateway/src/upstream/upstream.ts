import type { Problem } from "@tollgate/shared/problem";
import { problem } from "../problems.ts";
import { createAddressBook, type Resolve } from "./address-book.ts";
import { chooseEndpoint } from "./choose-endpoint.ts";
import { createEndpoint, type Endpoint, endpointKey } from "./endpoint.ts";
import { createHealthChecks, type Health } from "./health-checks.ts";
import { createOutlierEjection } from "./outlier-ejection.ts";
import { createRetryBudget, type RetryBudget } from "./retry-budget.ts";
import type { EndpointReport, EndpointState, ObserveUpstream } from "./upstream-events.ts";

/** Where a route's requests go: the replicas behind one or more origins. */
export type Upstream = AsyncDisposable & {
  readonly name: string;
  readonly budget: RetryBudget;
  /**
   * The best endpoint to call now, one that was not `tried` where there is a choice; or why there is
   * none. At once when the names are known, otherwise once they are.
   */
  pick(tried?: ReadonlySet<Endpoint>): Choice | Promise<Choice>;
  /** Counts how a call went, for the comparison with the other replicas. */
  record(endpoint: Endpoint, isGood: boolean): void;
  /** A request that failed before is tried again, at `endpoint`. */
  retried(endpoint: Endpoint): void;
  report(): EndpointReport[];
  /** Begins to check the endpoints' health, where that was asked for. */
  watch(): void;
};

/** An endpoint, or why there is none. */
export type Choice = Endpoint | Problem;

export type UpstreamOptions = {
  origins: readonly string[];
  connectMs: number;
  now: () => number;
  health?: Health | undefined;
  observe?: ObserveUpstream | undefined;
  resolve?: Resolve | undefined;
  random?: (() => number) | undefined;
};

/**
 * Balances over all addresses of all origins. Names are resolved again in the background while there
 * is traffic; addresses that are gone finish what they have.
 */
export function createUpstream(options: UpstreamOptions): Upstream {
  const { origins, connectMs, now, health, resolve } = options;
  const { observe = () => {}, random = Math.random } = options;
  const name = origins.join(" ");
  const ejection = createOutlierEjection({}, now);
  const book = createAddressBook({ origins, now, resolve, onAnswer: keepKnown });
  const retiring = new Set<Promise<unknown>>();
  let endpoints: Endpoint[] = [];
  let isDisposed = false;

  const onEvent: Parameters<typeof createEndpoint>[1]["onEvent"] = (event, endpoint) =>
    observe({ event, upstream: name, endpoint: endpoint.name });

  function keepKnown(): void {
    if (isDisposed) return;
    const next = book.known().map((where) => {
      const key = endpointKey(where);
      const kept = endpoints.find((each) => each.key === key);
      return kept ?? createEndpoint(where, { connectMs, now, onEvent });
    });
    for (const gone of endpoints) if (!next.includes(gone)) retire(gone);
    endpoints = next;
  }

  function retire(endpoint: Endpoint): void {
    const closing: Promise<unknown> = endpoint.pool.close().finally(() => retiring.delete(closing));
    retiring.add(closing);
  }

  const isInFavour = (endpoint: Endpoint) =>
    endpoint.isHealthy && !ejection.isEjected(endpoint.standing);

  function choose(tried?: ReadonlySet<Endpoint>): Choice {
    if (endpoints.length === 0) return unresolved(book.failure);
    return chooseEndpoint(endpoints, { isInFavour, tried, random }) ?? resting(endpoints);
  }

  function stateOf(endpoint: Endpoint): EndpointState {
    if (!endpoint.isHealthy) return "unhealthy";
    if (endpoint.breaker.state !== "closed") return endpoint.breaker.state;
    return ejection.isEjected(endpoint.standing) ? "ejected" : "closed";
  }

  const checks = health && createHealthChecks({ health, random, endpoints: askFor, onChange });

  async function askFor(): Promise<readonly Endpoint[]> {
    await book.refresh();
    return endpoints;
  }

  function onChange(endpoint: Endpoint): void {
    onEvent(endpoint.isHealthy ? "endpoint_healthy" : "endpoint_unhealthy", endpoint);
  }

  keepKnown();
  return {
    name,
    budget: createRetryBudget({}, now),
    pick(tried) {
      const refreshed = book.refresh();
      if (endpoints.length > 0 || refreshed === undefined) return choose(tried);
      return refreshed.then(() => choose(tried));
    },
    record(endpoint, isGood) {
      const ms = ejection.record(endpoint.standing, isGood, endpoints);
      if (ms > 0)
        observe({ event: "endpoint_ejected", upstream: name, endpoint: endpoint.name, ms });
    },
    retried: (endpoint) => onEvent("request_retried", endpoint),
    report: () =>
      endpoints.map((each) => ({
        upstream: name,
        endpoint: each.name,
        state: stateOf(each),
        active: each.active,
      })),
    watch: () => checks?.start(),
    async [Symbol.asyncDispose]() {
      isDisposed = true;
      checks?.[Symbol.dispose]();
      for (const endpoint of endpoints) retire(endpoint);
      endpoints = [];
      await Promise.all(retiring);
    },
  };
}

function unresolved(cause: unknown): Problem {
  return problem("upstream_unreachable", { cause, headers: { "retry-after": "1" } });
}

function resting(endpoints: readonly Endpoint[]): Problem {
  const restMs = Math.min(...endpoints.map(({ breaker }) => breaker.restMs()));
  const seconds = Math.max(1, Math.ceil(restMs / 1000));
  return problem("upstream_resting", { headers: { "retry-after": String(seconds) } });
}
