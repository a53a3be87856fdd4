import { hash } from "node:crypto";
import { Problem } from "@tollgate/shared/problem";
import type { Caller } from "@tollgate/shared/tokens/caller";
import { tokenProblem } from "@tollgate/shared/tokens/token-problems";
import type { VerifyToken } from "@tollgate/shared/tokens/verify-token";
import { createMemory } from "./memory.ts";
import type { VerificationLane } from "./verification-lane.ts";

/** Proves a token that came from `source`, a peer's address; at once when it was proven before. */
export type ProveToken = (token: string, source: string) => Caller | Promise<Caller>;

export type RememberDeps = {
  verifyToken: VerifyToken;
  /** Which set of an issuer's keys is in force; undefined when none may be used. */
  keysInForce: (issuer: string) => number | undefined;
  toleranceSeconds: (issuer: string) => number;
  lane: VerificationLane;
  now: () => number;
  maxTokens?: number | undefined;
};

type Proven = { caller: Caller; keys: number; validUntilMs: number };
type Refused = { untilMs: number };

const refusedForMs = 10_000;

/**
 * Remembers who a token proved to be, never what that caller may do. An entry is the whole token
 * (its SHA-256, so that no token lies in the heap) under one set of its issuer's keys: it is gone
 * with `exp` and with any change of the keys. GHSA-rp9m-7r4c-75qg, CVE-2021-32701.
 */
export function rememberVerified(deps: RememberDeps): ProveToken {
  const proven = createMemory<Proven>(deps.maxTokens ?? 10_000);
  const refused = createMemory<Refused>(1_000);
  const { keysInForce, lane, now } = deps;

  function remember(key: string, caller: Caller): Caller {
    const keys = keysInForce(caller.issuer);
    if (keys !== undefined) {
      const validUntilMs = (caller.expiresAt + deps.toleranceSeconds(caller.issuer)) * 1_000;
      proven.set(key, { caller, keys, validUntilMs });
    }
    return caller;
  }

  function verify(token: string, key: string, source: string): Caller | Promise<Caller> {
    const onFailure = (error: unknown): never => {
      if (error instanceof Problem && error.code === "token_signature_invalid") {
        refused.set(key, { untilMs: now() + refusedForMs });
        lane.reportFailure(source);
      }
      throw error;
    };
    try {
      const caller = lane.run(source, () => deps.verifyToken(token));
      if (!(caller instanceof Promise)) return remember(key, caller);
      return caller.then((proof) => remember(key, proof), onFailure);
    } catch (error) {
      return onFailure(error);
    }
  }

  return function proveToken(token, source) {
    const key = hash("sha256", token, "base64");
    const known = proven.get(key);
    if (known !== undefined) {
      if (now() < known.validUntilMs && keysInForce(known.caller.issuer) === known.keys) {
        return known.caller;
      }
      proven.delete(key);
    }
    const bad = refused.get(key);
    if (bad !== undefined && now() < bad.untilMs) throw tokenProblem("token_signature_invalid");
    return verify(token, key, source);
  };
}
