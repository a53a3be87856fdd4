import { errors, type KoaContextWithOIDC, type ResourceServer } from "oidc-provider";
import type { FindClient } from "../clients/find-client.ts";
import type { Registry } from "../issuer-file.ts";
import type { SigningKey } from "../keys/signing-key.ts";
import type { User } from "../users/user.ts";
import { type Grant, grantAccess, onlyResourceOf, type Refusal } from "./grant-access.ts";
import type { PersonGrants } from "./grant-person.ts";
import { openidScopes } from "./openid-scopes.ts";

export type ResourceDeps = {
  issuer: string;
  registry: Registry;
  findClient: FindClient;
  findUser: (sub: string) => User | undefined;
  personGrants: PersonGrants;
};

/** The engine's questions about resources (RFC 8707), answered by our policy. */
export function resourceIndicators(deps: ResourceDeps, keys: readonly SigningKey[]) {
  const { issuer, registry, findClient } = deps;
  return {
    enabled: true,

    defaultResource(ctx: KoaContextWithOIDC, client: { clientId: string }): string {
      const asked = scopesOf(ctx.oidc.params?.scope);
      const isAboutPerson =
        !isForService(ctx) && asked.every((scope) => openidScopes.includes(scope));
      const resource = isAboutPerson ? issuer : onlyResourceOf(findClient(client.clientId));
      if (resource === undefined) throw new errors.InvalidTarget("the resource must be named");
      return resource;
    },

    /** A code and a refresh token are for the one resource that their login was for. */
    useGrantedResource: () => true,

    getResourceServerInfo(
      ctx: KoaContextWithOIDC,
      identifier: string,
      client: { clientId: string },
    ): ResourceServer {
      if (Array.isArray(ctx.oidc.params?.resource)) {
        throw new errors.InvalidTarget("a token is for one resource");
      }
      const asked = scopesOf(ctx.oidc.params?.scope);
      if (!isForService(ctx)) return forPerson(ctx, identifier, client.clientId, asked);
      const grant = grantAccess(registry, findClient(client.clientId), identifier, asked);
      if ("refused" in grant) throw errorOf(grant);
      // Left as it came, the engine would drop what is not granted, and give none if none was named.
      if (ctx.oidc.params) ctx.oidc.params.scope = grant.scopes.join(" ");
      return resourceServerOf(grant, keys);
    },
  };

  function forPerson(
    ctx: KoaContextWithOIDC,
    resource: string,
    clientId: string,
    asked: readonly string[],
  ): ResourceServer {
    const client = findClient(clientId);
    const { RefreshToken, AuthorizationCode } = ctx.oidc.entities;
    const source = RefreshToken ?? AuthorizationCode;
    // Who logs in is judged once that is known: see interactions/policy.ts.
    const user = source?.accountId === undefined ? undefined : deps.findUser(source.accountId);
    const { grant, narrow } = deps.personGrants;
    const granted =
      source !== undefined && asked.length === 0
        ? narrow({ client, user, resource, asked: scopesOf(source.scope) })
        : grant({ client, user, resource, asked });
    if ("refused" in granted) throw errorOf(granted);
    return resourceServerOf(granted, keys);
  }
}

/** In its own name, that is. */
function isForService({ oidc }: KoaContextWithOIDC): boolean {
  return oidc.params?.grant_type === "client_credentials";
}

/** What was granted, as the engine wants to be told. */
export function resourceServerOf(
  { resource, scopes, ttl }: Pick<Grant, "resource" | "scopes" | "ttl">,
  keys: readonly SigningKey[],
): ResourceServer {
  const { identifier, algorithm } = resource;
  return {
    audience: identifier,
    scope: scopes.join(" "),
    accessTokenTTL: ttl,
    accessTokenFormat: "jwt",
    jwt: { sign: { alg: algorithm, kid: activeKid(keys, algorithm) } },
  };
}

export function scopesOf(scope: unknown): string[] {
  return typeof scope === "string" ? [...new Set(scope.split(" ").filter(Boolean))] : [];
}

export function errorOf(refusal: Refusal) {
  const { refused, because } = refusal;
  if (refused === "invalid_scope") return new errors.InvalidScope(because, refusal.scope);
  return refused === "invalid_target"
    ? new errors.InvalidTarget(because)
    : new errors.AccessDenied(because);
}

function activeKid(keys: readonly SigningKey[], algorithm: string): string {
  const active = keys.find((key) => key.state === "active" && key.algorithm === algorithm);
  if (active === undefined) throw new Error(`there is no active ${algorithm} key`);
  return active.kid;
}
