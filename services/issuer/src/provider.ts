import type { Middleware } from "koa";
import Provider, { type Configuration } from "oidc-provider";
import { auditEngine } from "./audit/audit-engine.ts";
import type { AuditTrail } from "./audit/audit-trail.ts";
import { createClientLookup, useHashedSecrets } from "./clients/authenticate-clients.ts";
import { checkAssertion } from "./clients/check-assertion.ts";
import type { ClientRest } from "./clients/client-rest.ts";
import type { FindClient } from "./clients/find-client.ts";
import { exchangeTokens } from "./exchange/exchange-tokens.ts";
import type { FindRights } from "./exchange/find-rights.ts";
import type { Registry } from "./issuer-file.ts";
import { EngineKey } from "./keys/engine-key.ts";
import type { SigningKey } from "./keys/signing-key.ts";
import { resourceIndicators } from "./resources/resource-indicators.ts";
import type { ReadOwnToken } from "./revocation/own-tokens.ts";
import { createAdapter } from "./store/adapter.ts";
import type { EngineStore } from "./store/engine-store.ts";

export type ProviderConfig = { issuer: string; cookieKeys: string[]; registry: Registry };

export type ProviderDeps = {
  store: EngineStore;
  findClient: FindClient;
  rest: ClientRest;
  trail: AuditTrail;
  readOwnToken: ReadOwnToken;
  findRights: FindRights;
  now: () => number;
};

/** The engine, and its one middleware, which belongs into our own Koa app. */
export type Engine = { provider: Provider; middleware: Middleware };

/** oidc-provider, configured: nothing is left to its development defaults, what is not used is off. */
export function createProvider(
  config: ProviderConfig,
  deps: ProviderDeps,
  keys: readonly SigningKey[],
): Engine {
  const provider = new Provider(config.issuer, configuration(config, deps, keys));
  useHashedSecrets(provider, deps.findClient, deps.rest);
  exchangeTokens(provider, keys, { registry: config.registry, ...deps });
  auditEngine(provider, deps.trail);
  const [middleware] = provider.middleware;
  if (middleware === undefined) throw new Error("the engine has no middleware");
  return { provider, middleware };
}

function configuration(
  { issuer, cookieKeys, registry }: ProviderConfig,
  { store, findClient, rest, now }: ProviderDeps,
  keys: readonly SigningKey[],
): Configuration {
  const active = keys.filter(({ state }) => state === "active");
  const retired = keys.filter(({ state }) => state === "retired");
  return {
    adapter: createAdapter({
      store,
      findClient: createClientLookup(findClient, rest),
      refreshGraceMs: () => 0, // every client has credentials: it can log in again
      now,
    }),
    jwks: { keys: [...active, ...retired].map((key) => new EngineKey(key)) }, // the first one signs
    cookies: { keys: cookieKeys },
    routes: {
      token: "/oauth/token",
      jwks: "/oauth/jwks",
      authorization: "/oauth/authorize",
      introspection: "/oauth/introspect",
      revocation: "/oauth/revoke",
    },
    clientBasedCORS: () => false, // a client with a secret is not a page in a browser
    clientAuthMethods: ["client_secret_basic", "private_key_jwt"],
    enabledJWA: { clientAuthSigningAlgValues: ["ES256", "EdDSA", "RS256"] },
    assertJwtClientAuthClaimsAndHeader(ctx, claims, header) {
      ctx.state.proven = true; // its signature is: see watchClients
      checkAssertion(issuer, claims, header, now() / 1_000);
    },
    clockTolerance: 5,
    clientDefaults: { id_token_signed_response_alg: "ES256" },
    responseTypes: [],
    scopes: [],
    claims: {},
    features: {
      clientCredentials: { enabled: true },
      resourceIndicators: resourceIndicators(registry, findClient, active),
      // These two know opaque tokens; see revocation/ for ours, which are JWTs.
      introspection: { enabled: true, allowedPolicy: isOwn },
      revocation: { enabled: true, allowedPolicy: isOwn },
      externalSigningSupport: { enabled: true, ack: "experimental-01" }, // see EngineKey
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      userinfo: { enabled: false },
    },
    ttl: { ClientCredentials: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? 300 },
    extraTokenClaims(ctx, token) {
      if (ctx.state.exchanged) return ctx.state.exchanged;
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

function isOwn(
  _ctx: unknown,
  client: { clientId: string },
  token: { clientId?: string | undefined },
): boolean {
  return token.clientId === client.clientId;
}
