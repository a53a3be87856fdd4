import type { AccessToken, ClientCredentials, KoaContextWithOIDC } from "oidc-provider";
import type { FindClient } from "../clients/find-client.ts";
import type { User } from "../users/user.ts";

export type ClaimsDeps = {
  findClient: FindClient;
  findUser: (sub: string) => User | undefined;
};

/** What our access tokens say beyond RFC 9068: roles at their audience, tenant, and whose they are. */
export function createClaimsOfToken({ findClient, findUser }: ClaimsDeps) {
  return function claimsOfToken(ctx: KoaContextWithOIDC, token: AccessToken | ClientCredentials) {
    if (ctx.state.exchanged) return ctx.state.exchanged;
    if (token.kind === "AccessToken") return ofPerson(ctx, token);
    const { tenant, access } = findClient(String(token.clientId));
    return { token_use: "service", roles: rolesAt(access, token), ...tenantOf(tenant) };
  };

  /** As the person is now, and as they logged in then. */
  function ofPerson({ oidc }: KoaContextWithOIDC, token: AccessToken) {
    const source = oidc.entities.RefreshToken ?? oidc.entities.AuthorizationCode;
    const user = findUser(String(token.accountId));
    if (source === undefined || user === undefined) throw new Error("a token is nobody's");
    return {
      token_use: "user",
      roles: rolesAt(user.access, token),
      ...tenantOf(user.tenant),
      auth_time: source.authTime,
      amr: source.amr,
      sid: token.grantId,
    };
  }
}

type Access = readonly { resource: string; roles: readonly string[] }[];

function rolesAt(access: Access, { aud }: { aud?: string | string[] | undefined }) {
  return access.find(({ resource }) => resource === aud)?.roles ?? [];
}

function tenantOf(tenant: string | undefined) {
  return tenant === undefined ? {} : { tenant };
}
