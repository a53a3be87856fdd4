import type { TokenHeader } from "../tokens/parse-token.ts";
import { tokenProblem } from "../tokens/token-problems.ts";
import type { VerificationKey } from "../tokens/verify-signature.ts";
import { type FetchJwks, fetchJwks } from "./fetch-jwks.ts";
import { type KeySet, readJwks } from "./read-jwks.ts";

export type JwksOptions = {
  url: string;
  algorithms: readonly string[];
  /** How long a fetched set counts as fresh; it is refreshed in the background at 80 % of it. */
  freshMs?: number | undefined;
  /** After a fetch that worked: how long unknown kids cause no other. */
  cooldownMs?: number | undefined;
  /** After one that failed: how long to wait at first; doubles up to the cooldown. */
  failureCooldownMs?: number | undefined;
  /** How long beyond freshness a set may be used while no newer one can be had. */
  staleMs?: number | undefined;
  timeoutMs?: number | undefined;
};

export type JwksDeps = {
  fetchJwks?: FetchJwks;
  now?: () => number;
  onFetch?: (outcome: { ok: true; keys: number } | { ok: false; reason: string }) => void;
};

export type JwksClient = {
  /** At once when the key is known. Rejects with `issuer_keys_unavailable` when there are none. */
  findKey(header: TokenHeader): VerificationKey | undefined | Promise<VerificationKey | undefined>;
  /** Fetches ahead of the first request; failure is not an error, only a later attempt. */
  warmUp(): Promise<void>;
  /**
   * Refreshes in the background when that is due, and counts the sets that lost a key: while the
   * number stays, what was proven stays proven. Undefined when no set may be used as it is. For
   * those who remember what was verified: it costs a few comparisons.
   */
  tend(): number | undefined;
  /** Milliseconds since the last fetch that worked; undefined before the first. */
  ageMs(): number | undefined;
  isUsable(): boolean;
  /** Beyond freshness, and used all the same because no newer set could be had. */
  isStale(): boolean;
  /** How many fetches worked and how many did not, so far. */
  fetches(): { ok: number; failed: number };
};

/**
 * An issuer's keys, kept: one fetch for all who wait, refreshed in the background, quiet after
 * success and after failure, usable for a bounded time when the issuer is down. A flood of unknown
 * kids causes one fetch a window. Takes no timer: time moves it on when it is asked.
 */
export function createJwksClient(options: JwksOptions, deps: JwksDeps = {}): JwksClient {
  const { freshMs = 600_000, cooldownMs = 30_000, failureCooldownMs = 5_000 } = options;
  const { staleMs = 3_600_000, timeoutMs = 3_000 } = options;
  const { now = Date.now } = deps;
  const get = deps.fetchJwks ?? fetchJwks;

  let keys: KeySet = new Map();
  let generation = 0;
  let fetchedAt: number | undefined;
  let quietUntil = Number.NEGATIVE_INFINITY;
  let failures = 0;
  let failedAt = Number.NEGATIVE_INFINITY;
  let underway: Promise<void> | undefined;
  const fetches = { ok: 0, failed: 0 };

  const ageMs = () => (fetchedAt === undefined ? undefined : now() - fetchedAt);
  const age = () => ageMs() ?? Number.POSITIVE_INFINITY;
  const isAging = () => age() > freshMs * 0.8;
  const isUsable = () => age() <= freshMs + staleMs;
  const isOutage = () => now() - failedAt <= 2 * cooldownMs + timeoutMs;
  // Only an outage makes an old set good enough: after an idle night, ask before believing it.
  const mustAsk = () => !isUsable() || (age() > freshMs && !isOutage());

  async function load(): Promise<void> {
    try {
      const next = readJwks(await withinTime(get, options.url, timeoutMs), options.algorithms);
      if (hasLost(keys, next)) generation += 1;
      keys = next;
      fetchedAt = now();
      fetches.ok += 1;
      failures = 0;
      failedAt = Number.NEGATIVE_INFINITY;
      quietUntil = fetchedAt + cooldownMs;
      deps.onFetch?.({ ok: true, keys: next.size });
    } catch (cause) {
      fetches.failed += 1;
      failures += 1;
      failedAt = now();
      quietUntil = failedAt + Math.min(failureCooldownMs * 2 ** (failures - 1), cooldownMs);
      deps.onFetch?.({ ok: false, reason: cause instanceof Error ? cause.message : "failed" });
    } finally {
      underway = undefined;
    }
  }

  /** One flight for all, and none while it is quiet: after a success until the set has aged. */
  function refresh(): Promise<void> | undefined {
    const isDue = now() >= quietUntil || (failures === 0 && isAging());
    if (underway === undefined && isDue) underway = load();
    return underway;
  }

  function lookUp({ kid, alg }: TokenHeader): VerificationKey | undefined {
    if (!isUsable()) throw unavailable(quietUntil - now());
    if (kid !== undefined) {
      const named = keys.get(kid);
      return named?.kid === kid ? named : undefined;
    }
    // RFC 7515 leaves kid optional: without it, only a set with a single fitting key is clear.
    const fitting = [...keys.values()].filter((key) => key.algorithm === alg);
    return fitting.length === 1 ? fitting[0] : undefined;
  }

  function tend(): number | undefined {
    if (isAging()) void refresh();
    return mustAsk() ? undefined : generation;
  }

  return {
    tend,
    ageMs,
    isUsable,
    isStale: () => fetchedAt !== undefined && age() > freshMs,
    fetches: () => ({ ...fetches }),
    async warmUp() {
      await refresh();
    },
    findKey(header) {
      if (mustAsk()) return Promise.resolve(refresh()).then(() => lookUp(header));
      tend();
      const known = lookUp(header);
      if (known !== undefined) return known;
      const fetching = refresh();
      return fetching?.then(() => lookUp(header));
    },
  };
}

async function withinTime(get: FetchJwks, url: string, timeoutMs: number): Promise<string> {
  const signal = AbortSignal.timeout(timeoutMs);
  const late = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Error(`no answer within ${timeoutMs} ms`)));
  });
  return await Promise.race([get(url, signal), late]);
}

/** A key more leaves every earlier proof as good as it was; a key less or another one does not. */
function hasLost(before: KeySet, after: KeySet): boolean {
  return ![...before].every(([kid, { key }]) => after.get(kid)?.key.equals(key));
}

function unavailable(retryInMs: number) {
  const seconds = Math.max(1, Math.ceil(retryInMs / 1000));
  return tokenProblem("issuer_keys_unavailable", { headers: { "retry-after": String(seconds) } });
}
