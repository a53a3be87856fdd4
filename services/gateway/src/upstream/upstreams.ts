import { Pool } from "undici";
import type { Route } from "../routes/route-table.ts";

/** A kept-alive pool of connections per upstream, made on first use. */
export type Upstreams = AsyncDisposable & { poolFor(route: Route): Pool };

const maxConnections = 1_024;

export function createUpstreams(): Upstreams {
  const pools = new Map<string, Pool>();

  return {
    poolFor({ entry }) {
      const origin = entry.upstream[0] as string;
      const key = `${origin} ${entry.timeouts.connect}`;
      const pool = pools.get(key) ?? createPool(origin, entry.timeouts.connect);
      pools.set(key, pool);
      return pool;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}

function createPool(origin: string, connectMs: number): Pool {
  return new Pool(origin, {
    connections: maxConnections,
    pipelining: 1,
    connect: { timeout: connectMs },
    // Shorter than the five seconds after which a Node upstream closes: no request is lost to that race.
    keepAliveTimeout: 4_000,
    allowH2: false,
  });
}
