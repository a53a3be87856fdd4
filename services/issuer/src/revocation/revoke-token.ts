import type { AuditTrail } from "../audit/audit-trail.ts";
import type { ReadOwnToken } from "./own-tokens.ts";
import type { RevocationStore } from "./revocation-store.ts";
import type { StructuredRequest } from "./structured-tokens.ts";

/** How much longer than its life a token is remembered as revoked: other clocks are behind ours. */
const toleranceSeconds = 60;

export type RevokeTokenDeps = {
  readOwnToken: ReadOwnToken;
  revocations: RevocationStore;
  trail: AuditTrail;
  now: () => number;
};

/**
 * RFC 7009 for our JWTs: the client that got it takes it back, until it expires. What is not its own,
 * not ours or not alive is answered the same and changes nothing (section 2.2).
 */
export function revokeToken({ readOwnToken, revocations, trail, now }: RevokeTokenDeps) {
  return async function revokeToken({ ctx, clientId, token }: StructuredRequest) {
    ctx.body = "";
    const caller = await readOwnToken(token);
    const jti = caller?.tokenId;
    const request = { client_id: clientId, ip: ctx.ip, request_id: ctx.state.requestId };
    if (caller === undefined || jti === undefined || caller.clientId !== clientId) {
      const reason = "the token is not this client's, or not alive";
      trail.record(ctx.state.log, {
        event: "token_denied",
        endpoint: ctx.path,
        reason,
        ...request,
      });
      return;
    }
    const notBefore = Math.floor(now() / 1_000);
    const expiresAt = Math.ceil(caller.expiresAt) + toleranceSeconds;
    await revocations.add([
      { kind: "token", value: jti, not_before: notBefore, expires_at: expiresAt },
    ]);
    trail.record(ctx.state.log, { event: "token_revoked", sub: caller.subject, jti, ...request });
  };
}
