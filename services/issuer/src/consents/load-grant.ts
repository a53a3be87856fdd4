import type { Grant, KoaContextWithOIDC } from "oidc-provider";
import type { FindClient } from "../clients/find-client.ts";
import { openidScopes } from "../resources/openid-scopes.ts";
import { scopesOf } from "../resources/resource-indicators.ts";
import { storeUnavailable } from "../store/unavailable.ts";
import type { ConsentStore } from "./consent-store.ts";

export type LoadGrantDeps = { findClient: FindClient; consents: Pick<ConsentStore, "find"> };

/**
 * The grant of this session and client, with what the person need not be asked about: what they
 * agreed to before, and all that an app of our own asks for. A new grant in each session: its
 * identifier is the `sid` of the tokens.
 */
export function createLoadGrant({ findClient, consents }: LoadGrantDeps) {
  return async function loadGrant(ctx: KoaContextWithOIDC): Promise<Grant | undefined> {
    const { account, client, session, provider, params } = ctx.oidc;
    if (account === undefined || client === undefined || session === undefined) return undefined;
    const { accountId } = account;
    const { clientId } = client;
    const asked = scopesOf(params?.scope);
    const resource = String(params?.resource);

    const known = session.grantIdFor(clientId);
    const found = known === undefined ? undefined : await provider.Grant.find(known);
    const agreed = await agreedTo();
    if (found === undefined && agreed.length === 0) return undefined;

    const grant = found ?? new provider.Grant({ accountId, clientId });
    grant.addOIDCScope(agreed.filter((scope) => openidScopes.includes(scope)));
    grant.addResourceScope(resource, agreed);
    await grant.save();
    return grant;

    async function agreedTo(): Promise<string[]> {
      if (findClient(clientId).consent === "implied") return asked;
      const before = await consents
        .find({ sub: accountId, clientId, resource })
        .catch((error: unknown) => {
          throw storeUnavailable(error);
        });
      return asked.filter((scope) => before.includes(scope));
    }
  };
}
