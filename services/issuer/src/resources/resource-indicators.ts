import { errors, type KoaContextWithOIDC, type ResourceServer } from "oidc-provider";
import type { FindClient } from "../clients/find-client.ts";
import type { Registry } from "../issuer-file.ts";
import type { SigningKey } from "../keys/signing-key.ts";
import { type Grant, grantAccess, onlyResourceOf, type Refusal } from "./grant-access.ts";

/** The engine's questions about resources (RFC 8707), answered by our policy. */
export function resourceIndicators(
  registry: Registry,
  findClient: FindClient,
  keys: readonly SigningKey[],
) {
  return {
    enabled: true,

    defaultResource(_ctx: KoaContextWithOIDC, client: { clientId: string }): string {
      const resource = onlyResourceOf(findClient(client.clientId));
      if (resource === undefined) throw new errors.InvalidTarget("the resource must be named");
      return resource;
    },

    getResourceServerInfo(
      ctx: KoaContextWithOIDC,
      identifier: string,
      client: { clientId: string },
    ): ResourceServer {
      if (Array.isArray(ctx.oidc.params?.resource)) {
        throw new errors.InvalidTarget("a token is for one resource");
      }
      const asked = scopesOf(ctx.oidc.params?.scope);
      const grant = grantAccess(registry, findClient(client.clientId), identifier, asked);
      if ("refused" in grant) throw errorOf(grant);
      // Left as it came, the engine would drop what is not granted, and give none if none was named.
      if (ctx.oidc.params) ctx.oidc.params.scope = grant.scopes.join(" ");
      return resourceServerOf(grant, keys);
    },
  };
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

function errorOf(refusal: Refusal) {
  return refusal.refused === "invalid_target"
    ? new errors.InvalidTarget(refusal.because)
    : new errors.InvalidScope(refusal.because, refusal.scope);
}

function activeKid(keys: readonly SigningKey[], algorithm: string): string {
  const active = keys.find((key) => key.state === "active" && key.algorithm === algorithm);
  if (active === undefined) throw new Error(`there is no active ${algorithm} key`);
  return active.kid;
}
