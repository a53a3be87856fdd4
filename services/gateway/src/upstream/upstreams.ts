import type { Route } from "../routes/route-table.ts";
import { createUpstream, type Upstream } from "./upstream.ts";

/** The upstreams of all routes, each made on first use and shared by the routes that name it. */
export type Upstreams = AsyncDisposable & {
  of(route: Route): Upstream;
  /** Lets go of what no route names any more; what is in flight there is finished. */
  retain(routes: readonly Route[]): void;
};

export function createUpstreams(now: () => number): Upstreams {
  const upstreams = new Map<string, Upstream>();

  return {
    of(route) {
      const key = keyOf(route);
      const known = upstreams.get(key);
      if (known !== undefined) return known;
      const { upstream: origins, timeouts } = route.entry;
      const made = createUpstream({ origins, connectMs: timeouts.connect, now });
      upstreams.set(key, made);
      return made;
    },
    retain(routes) {
      const wanted = new Set(routes.map(keyOf));
      for (const [key, upstream] of upstreams) {
        if (wanted.has(key)) continue;
        upstreams.delete(key);
        void upstream[Symbol.asyncDispose]();
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...upstreams.values()].map((each) => each[Symbol.asyncDispose]()));
    },
  };
}

const keys = new WeakMap<Route, string>();

function keyOf(route: Route): string {
  const known = keys.get(route);
  if (known !== undefined) return known;
  const key = `${route.entry.timeouts.connect} ${route.entry.upstream.join(" ")}`;
  keys.set(route, key);
  return key;
}
