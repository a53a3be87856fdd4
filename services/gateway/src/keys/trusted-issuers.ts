import { createSecretKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { ConfigError } from "@tollgate/shared/config";
import { createJwksClient, type JwksClient } from "@tollgate/shared/jwks/jwks-client";
import type { Log } from "@tollgate/shared/log";
import type { TrustedIssuer } from "@tollgate/shared/tokens/verify-token";
import type { IssuerEntry } from "../routes/schema.ts";

export type IssuerKeys = {
  issuer: string;
  client: JwksClient;
  /** What the client was made from: an equal text finds its keys again after a reload. */
  text: string;
};

export type TrustedIssuers = {
  issuers: readonly TrustedIssuer[];
  clients: readonly IssuerKeys[];
  keysInForce(issuer: string): number | undefined;
  toleranceSeconds(issuer: string): number;
};

/** Binds each configured issuer to its own keys; no key of one ever vouches for another. */
export function createTrustedIssuers(
  entries: readonly IssuerEntry[],
  log: Log,
  previous?: TrustedIssuers,
): TrustedIssuers {
  const clients: IssuerKeys[] = [];
  const issuers = entries.map((entry): TrustedIssuer => {
    const policy = {
      issuer: entry.issuer,
      algorithms: entry.algorithms,
      tokenTypes: entry.token_types,
      maxLifetimeSeconds: entry.max_lifetime / 1000,
      clockToleranceSeconds: entry.clock_tolerance / 1000,
      requiredClaims: isRevocable(entry) ? ["jti", "sub"] : [],
    };
    if ("secret_file" in entry) return { policy, findKey: sharedSecret(entry.secret_file) };
    const text = JSON.stringify([entry.issuer, entry.jwks_uri, entry.algorithms, entry.jwks]);
    const kept = previous?.clients.find((each) => each.text === text);
    const client = kept?.client ?? createClient(entry, log);
    clients.push({ issuer: entry.issuer, client, text });
    return { policy, findKey: (header) => client.findKey(header) };
  });
  const byName = new Map(clients.map(({ issuer, client }) => [issuer, client]));
  const tolerances = new Map(entries.map((entry) => [entry.issuer, entry.clock_tolerance / 1000]));
  return {
    issuers,
    clients,
    /** A shared secret is read once and stays: it is its own only set of keys. */
    keysInForce: (issuer: string) => {
      const client = byName.get(issuer);
      return client === undefined ? 0 : client.tend();
    },
    toleranceSeconds: (issuer: string) => tolerances.get(issuer) ?? 0,
  };
}

/** What no revocation could name must not come in where revocations are followed. */
function isRevocable(entry: IssuerEntry): boolean {
  return "revocations" in entry && entry.revocations !== undefined;
}

type KeyedEntry = Extract<IssuerEntry, { jwks_uri: string }>;

function createClient({ jwks, ...entry }: KeyedEntry, log: Log): JwksClient {
  return createJwksClient(
    {
      url: entry.jwks_uri,
      algorithms: entry.algorithms,
      freshMs: jwks.fresh,
      cooldownMs: jwks.cooldown,
      failureCooldownMs: jwks.failure_cooldown,
      staleMs: jwks.stale,
      timeoutMs: jwks.timeout,
    },
    {
      onFetch: (outcome) => {
        const { issuer } = entry;
        if (outcome.ok) log.info({ event: "keys_fetched", issuer, keys: outcome.keys });
        else log.warn({ event: "keys_not_fetched", issuer, reason: outcome.reason });
      },
    },
  );
}

function sharedSecret(path: string): TrustedIssuer["findKey"] {
  const secret = readSecret(path);
  if (secret === "") throw new ConfigError([`secret_file ${path} is empty`]);
  const found = { algorithm: "HS256" as const, key: createSecretKey(secret, "utf8") };
  return () => found;
}

function readSecret(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? "unreadable";
    throw new ConfigError([`secret_file ${path} cannot be read (${reason})`]);
  }
}
