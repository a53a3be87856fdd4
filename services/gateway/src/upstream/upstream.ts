import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { createEndpoint, type Endpoint } from "./endpoint.ts";
import { createRetryBudget, type RetryBudget } from "./retry-budget.ts";

/** Where a route's requests go: the replicas behind one or more origins. */
export type Upstream = AsyncDisposable & {
  readonly name: string;
  readonly budget: RetryBudget;
  /**
   * The best endpoint to call now, other than `except` where there is a choice. At once when the
   * names are known, otherwise once they are. Undefined when all of them rest.
   */
  pick(except?: Endpoint): Endpoint | undefined | Promise<Endpoint | undefined>;
  /** Milliseconds until a resting endpoint is tried again. */
  restMs(): number;
  readonly endpoints: readonly Endpoint[];
};

export type Resolve = (hostname: string) => Promise<string[]>;

export type UpstreamOptions = {
  origins: readonly string[];
  connectMs: number;
  now: () => number;
  resolve?: Resolve;
  /** How long an answer of the name server is used; replicas come and go within it. */
  resolveEveryMs?: number;
};

const resolveAll: Resolve = async (hostname) => {
  const found = await lookup(hostname, { all: true, order: "verbatim" });
  return found.map(({ address }) => address);
};

/**
 * Balances over all addresses of all origins: of two chosen at random, the one with less to do.
 * Names are resolved again in the background while there is traffic; addresses that are gone finish
 * what they have.
 */
export function createUpstream(options: UpstreamOptions): Upstream {
  const { origins, connectMs, now, resolve = resolveAll, resolveEveryMs = 5_000 } = options;
  const urls = origins.map((origin) => new URL(origin));
  const isFixed = urls.every(({ hostname }) => isAddress(hostname));
  const retiring = new Set<Promise<unknown>>();
  let endpoints: Endpoint[] = [];
  let resolvedAt = Number.NEGATIVE_INFINITY;
  let resolving: Promise<void> | undefined;

  async function refresh(): Promise<void> {
    try {
      const wanted = await Promise.all(urls.map(async (url) => await addressesOf(url, resolve)));
      keep(wanted.flat());
    } finally {
      // A name server that fails is asked again after the same time: the known addresses stay.
      resolvedAt = now();
      resolving = undefined;
    }
  }

  function keep(wanted: { url: URL; address: string }[]): void {
    const next = wanted.map(
      ({ url, address }) =>
        endpoints.find((each) => each.address === address && each.host === url.host) ??
        createEndpoint({ url, address, connectMs, now }),
    );
    for (const gone of endpoints) if (!next.includes(gone)) retire(gone);
    endpoints = next;
  }

  function retire(endpoint: Endpoint): void {
    const closing: Promise<unknown> = endpoint.pool.close().finally(() => retiring.delete(closing));
    retiring.add(closing);
  }

  return {
    name: origins.join(" "),
    budget: createRetryBudget({}, now),
    get endpoints() {
      return endpoints;
    },
    pick(except) {
      const isDue = !isFixed && now() - resolvedAt >= resolveEveryMs;
      if (endpoints.length > 0) {
        if (isDue) resolving ??= refresh().catch(() => {});
        return choose(endpoints, except);
      }
      resolving ??= refresh();
      return resolving.then(() => choose(endpoints, except));
    },
    restMs: () => Math.min(...endpoints.map(({ breaker }) => breaker.restMs())),
    async [Symbol.asyncDispose]() {
      for (const endpoint of endpoints) retire(endpoint);
      await Promise.all(retiring);
    },
  };
}

async function addressesOf(url: URL, resolve: Resolve) {
  const hostname = bare(url.hostname);
  const addresses = isAddress(hostname) ? [hostname] : await resolve(hostname);
  return [...new Set(addresses)].map((address) => ({ url, address }));
}

/** localhost stays one: its two addresses are one host, and the connection tries both. */
function isAddress(hostname: string): boolean {
  return hostname === "localhost" || isIP(bare(hostname)) !== 0;
}

function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, "");
}

/** A replica with this many 5xx in a row is passed over while another does better. */
const badStreak = 5;

function choose(all: readonly Endpoint[], except?: Endpoint): Endpoint | undefined {
  if (all.length === 1) return admitted(all[0]);
  const others = except === undefined ? all : all.filter((each) => each !== except);
  const sound = others.filter((each) => each.errorsInARow < badStreak && isClosed(each));
  const resting = others.filter((each) => !isClosed(each));
  // A trial for one that rested is worth one request; otherwise those that do well.
  const trial = resting.find((each) => each.breaker.admits());
  if (trial !== undefined) return trial;
  const candidates = sound.length > 0 ? sound : others.filter(isClosed);
  if (candidates.length > 0) return lessBusy(candidates);
  return except === undefined ? undefined : admitted(except);
}

function isClosed({ breaker }: Endpoint): boolean {
  return breaker.state === "closed";
}

function admitted(endpoint: Endpoint | undefined): Endpoint | undefined {
  return endpoint?.breaker.admits() ? endpoint : undefined;
}

/** Of two at random the less busy: nearly as even as asking all, and no herd runs to one. */
function lessBusy(candidates: readonly Endpoint[]): Endpoint | undefined {
  const one = candidates[Math.floor(Math.random() * candidates.length)];
  const two = candidates[Math.floor(Math.random() * candidates.length)];
  if (one === undefined || two === undefined) return one;
  return one.active <= two.active ? one : two;
}
