import { type FetchJwks, fetchJwks } from "@tollgate/shared/jwks/fetch-jwks";
import { createJwksClient } from "@tollgate/shared/jwks/jwks-client";
import type { Log } from "@tollgate/shared/log";
import { type Caller, callerOf } from "@tollgate/shared/tokens/caller";
import { parseToken } from "@tollgate/shared/tokens/parse-token";
import { tokenProblem } from "@tollgate/shared/tokens/token-problems";
import { createTokenVerifier, requireAudience } from "@tollgate/shared/tokens/verify-token";
import type { Exchange, OutsideProvider } from "../federation/outside-provider.ts";
import { fetchKeysOf } from "../federation/read-metadata.ts";
import type { RecognisePerson } from "../federation/recognise-person.ts";
import type { RevocationStore } from "../revocation/revocation-store.ts";
import type { Rights } from "./find-rights.ts";
import { claimsInOurWords, requireTransferable } from "./translate-claims.ts";

/** An outside issuer's access token, proven, and what it comes to here. */
export type OutsideSubject = {
  /** The provider's name. */
  provider: string;
  /** The clients that may bring it. */
  bringers: readonly string[];
  /** What the person may do at a resource, whatever the token says. */
  accessAt(resource: string): Required<Rights>;
  /** As if the token were ours: its subject, its scopes and its claims are in our words. */
  caller: Caller;
};

/**
 * Undefined for a token that is no outside issuer's. Throws a Problem whose code says why one is
 * refused: `issuer_keys_unavailable` when it could not be judged.
 */
export type ReadOutsideToken = (token: string) => Promise<OutsideSubject | undefined>;

export type OutsideTokenDeps = {
  issuer: string;
  providers: readonly OutsideProvider[];
  recognisePerson: RecognisePerson;
  revocations: Pick<RevocationStore, "isRevoked">;
  log: Log;
  now: () => number;
  fetchJwks?: FetchJwks;
};

const none: Required<Rights> = { scopes: [], roles: [] };

export function createOutsideTokenReader(deps: OutsideTokenDeps): ReadOutsideToken {
  const readers = new Map(
    deps.providers.flatMap((provider) =>
      provider.exchange ? [[provider.issuer, readerOf(provider, provider.exchange, deps)]] : [],
    ),
  );
  return async function readOutsideToken(token) {
    return await readers.get(issuerOf(token) ?? "")?.(token);
  };
}

function issuerOf(token: string): string | undefined {
  try {
    const { iss } = parseToken(token).claims;
    return typeof iss === "string" ? iss : undefined;
  } catch {
    return undefined;
  }
}

function readerOf(provider: OutsideProvider, exchange: Exchange, deps: OutsideTokenDeps) {
  const { issuer, recognisePerson, revocations, log, now } = deps;
  const keys = createJwksClient(
    { url: provider.jwks_uri ?? provider.issuer, algorithms: provider.algorithms },
    {
      fetchJwks: fetchKeysOf(provider, deps.fetchJwks ?? fetchJwks),
      now,
      onFetch(outcome) {
        if (outcome.ok) return;
        const line = { event: "provider_keys_unavailable", provider: provider.name };
        log.warn({ ...line, reason: outcome.reason }, "a provider's keys cannot be had");
      },
    },
  );
  const policy = {
    issuer: provider.issuer,
    algorithms: provider.algorithms,
    tokenTypes: [exchange.typ],
    maxLifetimeSeconds: exchange.max_life,
    clockToleranceSeconds: 5,
  };
  const verify = createTokenVerifier([{ policy, findKey: keys.findKey }], now);

  return async function readToken(token: string): Promise<OutsideSubject> {
    const proven = await verify(token);
    requireAudience(proven, exchange.audience);
    requireTransferable(proven);
    const recognised = recognisePerson(provider, proven.claims);
    if (recognised.person === undefined)
      throw tokenProblem("token_claims_invalid", { detail: recognised.because });
    const { person } = recognised;
    const caller = callerOf(claimsInOurWords(issuer, person, exchange, proven.claims));
    if (await revocations.isRevoked({ sub: person.sub, iat: proven.issuedAt })) {
      throw tokenProblem("token_revoked");
    }
    return {
      ...{ provider: provider.name, bringers: exchange.clients, caller },
      accessAt: (resource) => person.access.find((access) => access.resource === resource) ?? none,
    };
  };
}
