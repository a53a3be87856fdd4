import type { Log } from "@tollgate/shared/log";
import type { Route } from "../routes/route-table.ts";
import type { Resolve } from "./address-book.ts";
import { createUpstream, type Upstream } from "./upstream.ts";
import type { EndpointReport, ObserveUpstream, UpstreamEvent } from "./upstream-events.ts";

/** The upstreams of all routes, shared by the routes that name the same. */
export type Upstreams = AsyncDisposable & {
  of(route: Route): Upstream;
  /**
   * Begins the health checks of these routes, and lets go of what none of them names any more; what
   * is in flight there is finished.
   */
  retain(routes: readonly Route[]): void;
  /** How every endpoint stands now, for a gauge. */
  report(): EndpointReport[];
};

export type UpstreamsOptions = {
  log: Log;
  /** Milliseconds of a monotonic clock. */
  now: () => number;
  /** Told of everything that befalls an endpoint, for counters. */
  observe?: ObserveUpstream;
  resolve?: Resolve;
};

export function createUpstreams({ log, now, observe, resolve }: UpstreamsOptions): Upstreams {
  const upstreams = new Map<string, Upstream>();
  let wanted: ReadonlySet<string> | undefined;

  function note(event: UpstreamEvent): void {
    logEvent(log, event);
    observe?.(event);
  }

  function of(route: Route): Upstream {
    const key = keyOf(route);
    const known = upstreams.get(key);
    if (known !== undefined) return known;
    const { upstream: origins, timeouts, health } = route.entry;
    const connectMs = timeouts.connect;
    const made = createUpstream({ origins, connectMs, health, now, resolve, observe: note });
    // A request that waited through a reload may still be for a route that is gone.
    if (wanted?.has(key) ?? true) made.watch();
    upstreams.set(key, made);
    return made;
  }

  return {
    of,
    retain(routes) {
      const named = new Set(routes.map(keyOf));
      wanted = named;
      for (const route of routes) if (route.entry.health !== undefined) of(route);
      for (const [key, upstream] of upstreams) {
        if (named.has(key)) continue;
        upstreams.delete(key);
        void upstream[Symbol.asyncDispose]();
      }
    },
    report: () => [...upstreams.values()].flatMap((each) => each.report()),
    async [Symbol.asyncDispose]() {
      await Promise.all([...upstreams.values()].map((each) => each[Symbol.asyncDispose]()));
    },
  };
}

const messages: Record<UpstreamEvent["event"], string | undefined> = {
  circuit_opened: "calls to this endpoint fail: it is given a rest",
  circuit_closed: "calls to this endpoint succeed again",
  endpoint_ejected: "this endpoint does worse than the others: it is passed over for a while",
  endpoint_unhealthy: "this endpoint fails its health check: it is passed over",
  endpoint_healthy: "this endpoint passes its health check again",
  request_retried: undefined, // counted only: a line each would be a flood
};

function logEvent(log: Log, { event, ms, ...where }: UpstreamEvent): void {
  const message = messages[event];
  if (message === undefined) return;
  const line = { event, ...where, ...(ms === undefined ? {} : { ejected_ms: ms }) };
  if (event === "circuit_closed" || event === "endpoint_healthy") log.info(line, message);
  else log.warn(line, message);
}

const keys = new WeakMap<Route, string>();

function keyOf(route: Route): string {
  const known = keys.get(route);
  if (known !== undefined) return known;
  const { upstream, timeouts, health } = route.entry;
  const key = JSON.stringify([upstream, timeouts.connect, health]);
  keys.set(route, key);
  return key;
}
