import type { Account, KoaContextWithOIDC } from "oidc-provider";
import { claimsOfUser } from "../users/claims-of-user.ts";
import type { User } from "../users/user.ts";

/** The engine's question who somebody is; undefined for one who may not act any more. */
export function createFindAccount(findUser: (sub: string) => User | undefined) {
  return function findAccount(
    _ctx: KoaContextWithOIDC,
    sub: string,
    source?: { grantId?: string | undefined },
  ): Account | undefined {
    const user = findUser(sub);
    if (user === undefined) return undefined;
    const sid = source?.grantId;
    return {
      accountId: sub,
      // The engine leaves out what the scopes do not show.
      claims: () => ({ ...claimsOfUser(user), ...(sid === undefined ? {} : { sid }) }),
    };
  };
}
