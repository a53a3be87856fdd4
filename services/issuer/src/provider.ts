import type { Middleware } from "koa";
import Provider, { type Configuration, errors } from "oidc-provider";
import { auditTokens } from "./audit.ts";
import { clientMetadata, createFindClient, type FindClient } from "./clients/find-client.ts";
import { isSecretOf } from "./clients/secret-hash.ts";
import type { Registry } from "./issuer-file.ts";
import type { SigningKey } from "./keys/signing-key.ts";
import { resourceIndicators } from "./resources/resource-indicators.ts";
import { createAdapter } from "./store/adapter.ts";

export type ProviderConfig = { issuer: string; cookieKeys: string[]; registry: Registry };

/** oidc-provider, configured: nothing is left to its development defaults, what is not used is off. */
export function createProvider(config: ProviderConfig, keys: readonly SigningKey[]): Middleware {
  const findClient = createFindClient(config.registry);
  const provider = new Provider(config.issuer, configuration(config, findClient, keys));
  useHashedSecrets(provider, findClient);
  auditTokens(provider);
  const [engine] = provider.middleware;
  if (engine === undefined) throw new Error("the engine has no middleware");
  return engine;
}

function configuration(
  config: ProviderConfig,
  findClient: FindClient,
  keys: readonly SigningKey[],
): Configuration {
  const active = keys.filter(({ state }) => state === "active");
  return {
    adapter: createAdapter((clientId) => clientMetadata(findClient(clientId))),
    jwks: { keys: active.flatMap(({ privateJwk }) => privateJwk ?? []) },
    cookies: { keys: config.cookieKeys },
    routes: { token: "/oauth/token", jwks: "/oauth/jwks", authorization: "/oauth/authorize" },
    clientBasedCORS: () => false, // a client with a secret is not a page in a browser
    clientAuthMethods: ["client_secret_basic"],
    clientDefaults: { id_token_signed_response_alg: "ES256" },
    responseTypes: [],
    scopes: [],
    claims: {},
    features: {
      clientCredentials: { enabled: true },
      resourceIndicators: resourceIndicators(config.registry, findClient, active),
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      userinfo: { enabled: false },
    },
    ttl: { ClientCredentials: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? 300 },
    extraTokenClaims(_ctx, token) {
      const { tenant, access } = findClient(String(token.clientId));
      const roles = access.find(({ resource }) => resource === token.aud)?.roles ?? [];
      return { token_use: "service", roles, ...(tenant === undefined ? {} : { tenant }) };
    },
    formats: {
      customizers: {
        jwt(_ctx, _token, { payload }) {
          payload.scope ??= ""; // the engine leaves an empty one out; ours is always there
        },
      },
    },
    // An `Accept: text/html` does not turn a refusal into a page.
    renderError(ctx, out) {
      ctx.body = out;
    },
  };
}

/** The engine compares secrets in clear unless it is told otherwise; we hold hashes only. */
function useHashedSecrets(provider: Provider, findClient: FindClient): void {
  provider.Client.prototype.compareClientSecret = function compareClientSecret(secret: string) {
    // RFC 6749 section 2.3: one way to authenticate a request, and a body is not ours.
    if (Provider.ctx?.oidc.body?.client_secret !== undefined) {
      throw new errors.InvalidRequest("the client secret must not be in the body");
    }
    return isSecretOf(secret, findClient(this.clientId).secrets);
  };
}
