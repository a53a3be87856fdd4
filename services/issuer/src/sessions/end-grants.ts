import type { Log } from "@tollgate/shared/log";
import Provider from "oidc-provider";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { RevocationStore } from "../revocation/revocation-store.ts";
import { untilNow } from "../revocation/until-now.ts";
import type { EngineStore } from "../store/engine-store.ts";

export type EndGrantsDeps = {
  store: Pick<EngineStore, "revokeGrant">;
  revocations: Pick<RevocationStore, "add">;
  trail: AuditTrail;
  log: Log;
  now: () => number;
};

/** Ends what one login gave one client: its codes, refresh tokens and access tokens. */
export type EndGrant = (grantId: string) => Promise<void>;

/**
 * The `sid` of a person's tokens is the grant that they came from, so that who ends the grant also
 * names all of them on the feed. A grant that has ended does not come back: no token of it is good,
 * however it is dated.
 */
export function createEndGrant({ store, revocations, trail, log, now }: EndGrantsDeps): EndGrant {
  return async function endGrant(grantId) {
    const { expires_at } = untilNow(now());
    // The feed first: whoever tries again after a failure still finds the family to end.
    await revocations.add([
      { kind: "session", value: grantId, not_before: expires_at, expires_at },
    ]);
    await store.revokeGrant(grantId);
    const request = Provider.ctx;
    trail.record(request?.state.log ?? log, {
      event: "session_ended",
      sid: grantId,
      ...aboutRequest(request),
    });
  };
}

const reasons: Record<string, string> = {
  token: "a code or refresh token was used again",
  revocation: "its client revoked it",
  end_session_confirm: "the person logged out",
};

function aboutRequest(ctx: typeof Provider.ctx) {
  if (ctx?.oidc === undefined) return {};
  const { route, client, entities } = ctx.oidc;
  const { RefreshToken, AuthorizationCode, Session } = entities;
  return {
    reason: reasons[route],
    client_id: client?.clientId,
    sub: (RefreshToken ?? AuthorizationCode ?? Session)?.accountId,
    ip: ctx.ip,
    request_id: ctx.state.requestId,
  };
}
