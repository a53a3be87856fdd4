import { Problem } from "@tollgate/shared/problem";
import type { Caller } from "@tollgate/shared/tokens/caller";
import { parseToken } from "@tollgate/shared/tokens/parse-token";
import { asymmetricAlgorithms } from "@tollgate/shared/tokens/verify-signature";
import { createTokenVerifier, type FindKey } from "@tollgate/shared/tokens/verify-token";
import { longestTokenSeconds } from "../resources/resource.ts";
import type { RevocationStore } from "./revocation-store.ts";

/** One of our access tokens, proven, alive and not revoked; undefined for anything else. */
export type ReadOwnToken = (token: string) => Promise<Caller | undefined>;

export type OwnTokenDeps = {
  issuer: string;
  findKey: FindKey;
  revocations: RevocationStore;
  now: () => number;
};

export function createOwnTokenReader(deps: OwnTokenDeps): ReadOwnToken {
  const { issuer, findKey, revocations, now } = deps;
  const policy = {
    issuer,
    algorithms: asymmetricAlgorithms,
    tokenTypes: ["at+jwt"], // not an ID token, not an assertion (RFC 8725 section 3.12)
    maxLifetimeSeconds: longestTokenSeconds,
    clockToleranceSeconds: 0, // the clock that minted it is ours
  };
  const verify = createTokenVerifier([{ policy, findKey }], now);

  return async function readOwnToken(token) {
    try {
      const caller = await verify(token);
      const { kid } = parseToken(token).header;
      const { tokenId: jti, subject: sub, sessionId: sid, clientId: client_id } = caller;
      const names = { jti, sub, sid, client_id, kid, iat: caller.issuedAt };
      return (await revocations.isRevoked(names)) ? undefined : caller;
    } catch (error) {
      // A key that is not there is our trouble, not the token's.
      if (error instanceof Problem && error.status < 500) return undefined;
      throw error;
    }
  };
}
