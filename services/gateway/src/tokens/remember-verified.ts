import { hash } from "node:crypto";
import { Problem } from "@tollgate/shared/problem";
import type { Caller } from "@tollgate/shared/tokens/caller";
import { tokenProblem } from "@tollgate/shared/tokens/token-problems";
import type { VerifyToken } from "@tollgate/shared/tokens/verify-token";
import { createMemory } from "./memory.ts";
import type { Peer, VerificationLane } from "./verification-lane.ts";

/** Proves a token that came from `peer`, its socket; at once when it was proven before. */
export type ProveToken = (token: string, peer: Peer) => Caller | Promise<Caller>;

export type VerifiedTokens = {
  proveToken: ProveToken;
  figures(): TokenFigures;
};

/** Counts since the memory was made, and what is in it now. */
export type TokenFigures = {
  hits: number;
  misses: number;
  /** Forged tokens that were sent again and cost no verification. */
  refusedAgain: number;
  tokens: number;
  characters: number;
  /** Verifications that wait in the slow lane. */
  waiting: number;
};

export type RememberDeps = {
  verifyToken: VerifyToken;
  /** Which set of an issuer's keys is in force; undefined when none may be used. */
  keysInForce: (issuer: string) => number | undefined;
  toleranceSeconds: (issuer: string) => number;
  lane: VerificationLane;
  now: () => number;
  maxTokens?: number | undefined;
  /** Bounds the text of all tokens that are remembered; the heap they take is some five times that. */
  maxCharacters?: number | undefined;
};

type Proven = { caller: Caller; keys: number; validUntilMs: number; characters: number };
type Refused = { untilMs: number };

const refusedForMs = 10_000;

/**
 * Remembers who a token proved to be, never what that caller may do. An entry is the whole token
 * (its SHA-256, so that no token lies in the heap) under one set of its issuer's keys: it is gone
 * with `exp` and with any change of the keys. GHSA-rp9m-7r4c-75qg, CVE-2021-32701.
 */
export function rememberVerified(deps: RememberDeps): VerifiedTokens {
  const { maxTokens = 10_000, maxCharacters = 16_777_216, keysInForce, lane, now } = deps;
  const proven = createMemory<Proven>({
    capacity: maxTokens,
    maxWeight: maxCharacters,
    weigh: (entry) => entry.characters,
  });
  const refused = createMemory<Refused>({ capacity: 1_000 });
  const counts = { hits: 0, misses: 0, refusedAgain: 0 };

  function remember(key: string, characters: number, caller: Caller): Caller {
    const keys = keysInForce(caller.issuer);
    if (keys !== undefined) {
      const validUntilMs = (caller.expiresAt + deps.toleranceSeconds(caller.issuer)) * 1_000;
      proven.set(key, { caller, keys, validUntilMs, characters });
    }
    return caller;
  }

  function verify(token: string, key: string, peer: Peer): Caller | Promise<Caller> {
    const onFailure = (error: unknown): never => {
      if (error instanceof Problem && error.code === "token_signature_invalid") {
        refused.set(key, { untilMs: now() + refusedForMs });
        lane.reportFailure(peer);
      }
      throw error;
    };
    try {
      const caller = lane.run(peer, () => deps.verifyToken(token));
      if (!(caller instanceof Promise)) return remember(key, token.length, caller);
      return caller.then((proof) => remember(key, token.length, proof), onFailure);
    } catch (error) {
      return onFailure(error);
    }
  }

  function proveToken(token: string, peer: Peer) {
    const key = hash("sha256", token, "base64");
    const known = proven.get(key);
    if (known !== undefined) {
      if (now() < known.validUntilMs && keysInForce(known.caller.issuer) === known.keys) {
        counts.hits += 1;
        return known.caller;
      }
      proven.delete(key);
    }
    const bad = refused.get(key);
    if (bad !== undefined && now() < bad.untilMs) {
      counts.refusedAgain += 1;
      throw tokenProblem("token_signature_invalid");
    }
    counts.misses += 1;
    return verify(token, key, peer);
  }

  return {
    proveToken,
    figures: () => ({
      ...counts,
      tokens: proven.size,
      characters: proven.weight,
      waiting: lane.waiting,
    }),
  };
}
