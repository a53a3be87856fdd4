import { type Aggregator, Counter, Gauge, type Registry } from "prom-client";
import type { FeedStatus } from "./revocation/issuer-revocations.ts";
import type { Policy } from "./routes/policy.ts";

type Sources = { policy: () => Policy; statuses: () => FeedStatus[] };
type Labels = Record<string, string>;
type Sample = [labels: Labels, value: number | undefined];

/**
 * Everything about keys, verified tokens and revocations, read when it is asked for: the requests
 * pay nothing. Counters begin anew when the part that they count is replaced by a reload.
 */
export function measureTokens(registry: Registry, { policy, statuses }: Sources): void {
  const clients = () => policy().trusted.clients;
  const figures = () => policy().tokenFigures();
  const both = ({ ok, failed }: { ok: number; failed: number }, issuer: string): Sample[] => [
    [{ issuer, outcome: "success" }, ok],
    [{ issuer, outcome: "failure" }, failed],
  ];
  const { counter, gauge } = metricsOf(registry);

  counter("gateway_jwks_fetches_total", "Fetches of an issuer's keys", () =>
    clients().flatMap(({ issuer, client }) => both(client.fetches(), issuer)),
  );
  gauge("gateway_jwks_age_seconds", "Age of an issuer's keys, in seconds", () =>
    clients().map(({ issuer, client }) => [{ issuer }, seconds(client.ageMs())]),
  );
  gauge("gateway_jwks_stale", "1 while an issuer's keys are used beyond their freshness", () =>
    clients().map(({ issuer, client }) => [{ issuer }, Number(client.isStale())]),
  );
  counter("gateway_token_cache_lookups_total", "Look-ups among the verified tokens", () => {
    const { hits, misses, refusedAgain } = figures();
    const results = Object.entries({ hit: hits, miss: misses, known_forgery: refusedAgain });
    return results.map(([result, count]) => [{ result }, count]);
  });
  gauge(
    "gateway_token_cache_tokens",
    "Verified tokens that are remembered",
    () => [[{}, figures().tokens]],
    "sum",
  );
  gauge(
    "gateway_token_cache_bytes",
    "What the remembered tokens' texts come to, in bytes",
    () => [[{}, figures().characters]],
    "sum",
  );
  gauge(
    "gateway_token_verifications_waiting",
    "Verifications that wait in the slow lane",
    () => [[{}, figures().waiting]],
    "sum",
  );
  counter("gateway_revocation_answers_total", "Answers of an issuer's revocation feed", () =>
    statuses().flatMap(({ issuer, answers }) => both(answers, issuer)),
  );
  gauge("gateway_revocation_entries", "Revocations of an issuer that are in force", () =>
    statuses().map(({ issuer, entries }) => [{ issuer }, entries]),
  );
  gauge("gateway_revocation_feed_age_seconds", "Time since the list was last whole", () =>
    statuses().map(({ issuer, ageSeconds }) => [{ issuer }, ageSeconds]),
  );
  gauge("gateway_revocation_feed_lost", "1 while an issuer's revocation feed is lost", () =>
    statuses().map(({ issuer, isLost }) => [{ issuer }, Number(isLost)]),
  );
}

/**
 * Metrics whose every value is asked for when they are read; what has no value is left out. The
 * aggregator says what several workers' figures come to: every worker has keys and feeds of its own.
 */
function metricsOf(registry: Registry) {
  const registers = [registry];
  return {
    counter(name: string, help: string, samples: () => Sample[]) {
      const labelNames = ["issuer", "outcome", "result"];
      new Counter({
        name,
        help,
        labelNames,
        registers,
        collect() {
          this.reset();
          for (const [labels, value] of samples()) this.inc(labels, value ?? 0);
        },
      });
    },
    gauge(name: string, help: string, samples: () => Sample[], aggregator: Aggregator = "max") {
      new Gauge({
        name,
        help,
        aggregator,
        labelNames: ["issuer"],
        registers,
        collect() {
          this.reset();
          for (const [labels, value] of samples()) {
            if (value !== undefined) this.set(labels, value);
          }
        },
      });
    },
  };
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1_000;
}
