import type { Endpoint } from "./endpoint.ts";

export type ChoiceOptions = {
  /** Not ejected and not found unhealthy: it is called before those that are. */
  isInFavour: (endpoint: Endpoint) => boolean;
  /** Endpoints that this request has tried: called again only when there is no other. */
  tried?: ReadonlySet<Endpoint> | undefined;
  random: () => number;
};

/**
 * The endpoint with the least to do, of the best kind there is; ties go round at random. One that
 * has rested gets a single request as its trial. Those out of favour are better than none: the
 * breaker alone can say no.
 */
export function chooseEndpoint(
  all: readonly Endpoint[],
  { isInFavour, tried, random }: ChoiceOptions,
): Endpoint | undefined {
  let best: Endpoint | undefined;
  let bestKind = Number.POSITIVE_INFINITY;
  const start = all.length > 1 ? Math.floor(random() * all.length) : 0;
  for (let step = 0; step < all.length; step += 1) {
    const endpoint = all[(start + step) % all.length] as Endpoint;
    if (!endpoint.breaker.isReady()) continue;
    const kind = kindOf(endpoint, isInFavour, tried);
    if (kind > bestKind) continue;
    if (kind === bestKind && endpoint.active >= (best as Endpoint).active) continue;
    best = endpoint;
    bestKind = kind;
  }
  return best;
}

function kindOf(
  endpoint: Endpoint,
  isInFavour: (endpoint: Endpoint) => boolean,
  tried: ReadonlySet<Endpoint> | undefined,
): number {
  if (tried?.has(endpoint)) return 3;
  if (!isInFavour(endpoint)) return 2;
  return endpoint.breaker.state === "closed" ? 1 : 0;
}
