import type { Middleware } from "koa";
import Provider, { type Configuration } from "oidc-provider";
import { auditEngine } from "./audit/audit-engine.ts";
import type { AuditTrail } from "./audit/audit-trail.ts";
import { createClientLookup, useHashedSecrets } from "./clients/authenticate-clients.ts";
import { checkAssertion } from "./clients/check-assertion.ts";
import { authenticationMethods, type Client, methodOf } from "./clients/client.ts";
import type { ClientRest } from "./clients/client-rest.ts";
import { exchangeTokens } from "./exchange/exchange-tokens.ts";
import type { FindRights } from "./exchange/find-rights.ts";
import type { ReadOutsideToken } from "./exchange/read-outside-token.ts";
import { configureLogin, type LoginDeps } from "./interactions/configure-login.ts";
import { showLoggedOut } from "./interactions/logout-pages.ts";
import type { Registry } from "./issuer-file.ts";
import { EngineKey } from "./keys/engine-key.ts";
import type { SigningKey } from "./keys/signing-key.ts";
import { resourceIndicators } from "./resources/resource-indicators.ts";
import type { ReadOwnToken } from "./revocation/own-tokens.ts";
import type { EndGrant } from "./sessions/end-grants.ts";
import { createAdapter } from "./store/adapter.ts";
import type { EngineStore } from "./store/engine-store.ts";
import { createClaimsOfToken } from "./tokens/claims-of-token.ts";

export type ProviderConfig = { issuer: string; cookieKeys: string[]; registry: Registry };

export type ProviderDeps = LoginDeps & {
  store: EngineStore;
  rest: ClientRest;
  trail: AuditTrail;
  readOwnToken: ReadOwnToken;
  readOutsideToken: ReadOutsideToken;
  findRights: FindRights;
  endGrant: EndGrant;
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
  deps: ProviderDeps,
  keys: readonly SigningKey[],
): Configuration {
  const { store, findClient, rest, endGrant, now } = deps;
  const active = keys.filter(({ state }) => state === "active");
  const retired = keys.filter(({ state }) => state === "retired");
  const login = configureLogin(issuer, deps);
  return {
    ...login,
    adapter: createAdapter({
      store,
      findClient: createClientLookup(findClient, rest),
      refreshGraceMs: ({ clientId }) => findClient(String(clientId)).refresh_grace * 1_000,
      endGrant,
      now,
    }),
    jwks: { keys: [...active, ...retired].map((key) => new EngineKey(key)) }, // the first one signs
    cookies: { ...login.cookies, keys: cookieKeys },
    routes: {
      token: "/oauth/token",
      jwks: "/oauth/jwks",
      authorization: "/oauth/authorize",
      pushed_authorization_request: "/oauth/par",
      userinfo: "/oauth/userinfo",
      end_session: "/oauth/logout",
      introspection: "/oauth/introspect",
      revocation: "/oauth/revoke",
    },
    clientBasedCORS: (_ctx, origin, client) => isOriginOf(findClient(client.clientId), origin),
    clientAuthMethods: [...authenticationMethods],
    enabledJWA: {
      clientAuthSigningAlgValues: ["ES256", "EdDSA", "RS256"],
      idTokenSigningAlgValues: ["ES256"],
    },
    assertJwtClientAuthClaimsAndHeader(ctx, claims, header) {
      ctx.state.proven = true; // its signature is: see watchClients
      checkAssertion(issuer, claims, header, now() / 1_000);
    },
    clockTolerance: 5,
    clientDefaults: { id_token_signed_response_alg: "ES256" },
    features: {
      clientCredentials: { enabled: true },
      resourceIndicators: resourceIndicators({ issuer, registry, ...deps }, active),
      // These two know opaque tokens; see revocation/ for ours, which are JWTs.
      introspection: { enabled: true, allowedPolicy: isOwn },
      revocation: { enabled: true, allowedPolicy: isOwn },
      externalSigningSupport: { enabled: true, ack: "experimental-01" }, // see EngineKey
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: () => {}, // see showLogout
        postLogoutSuccessSource: showLoggedOut,
      },
      userinfo: { enabled: true }, // see answerUserinfo
    },
    ttl: {
      ...login.ttl,
      ClientCredentials: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? 300,
    },
    extraTokenClaims: createClaimsOfToken(deps),
    // An `Accept: text/html` does not turn a refusal into a page; where it is to be one: showErrors.
    renderError(ctx, out) {
      ctx.body = out;
    },
    formats: {
      customizers: {
        jwt(_ctx, _token, { payload }) {
          payload.scope ??= ""; // the engine leaves an empty one out; ours is always there
        },
      },
    },
  };
}

/** An app that runs in a browser is a page of the origin that its people are sent back to. */
function isOriginOf(client: Client, origin: string): boolean {
  return (
    methodOf(client) === "none" &&
    client.redirect_uris.some((uri) => new URL(uri).origin === origin)
  );
}

function isOwn(
  _ctx: unknown,
  client: { clientId: string },
  token: { clientId?: string | undefined },
): boolean {
  return token.clientId === client.clientId;
}
