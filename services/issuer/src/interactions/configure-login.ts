import type { Configuration } from "oidc-provider";
import { createLoadGrant, type LoadGrantDeps } from "../consents/load-grant.ts";
import { openidClaims } from "../resources/openid-scopes.ts";
import { cookieNames } from "./cookie-names.ts";
import { createFindAccount } from "./find-account.ts";
import { createInteractionPolicy, type PolicyDeps } from "./policy.ts";

export type LoginDeps = LoadGrantDeps & PolicyDeps & { now: () => number };

const day = 24 * 3_600;

/** Seconds. What a login gave ends then, however often it was refreshed. */
const longestSession = 30 * day;

/** Of the engine's configuration, what is about people. */
export function configureLogin(issuer: string, deps: LoginDeps): Configuration {
  const nowSeconds = () => Math.floor(deps.now() / 1_000);
  const left = (since = nowSeconds(), most = longestSession) =>
    Math.max(1, Math.min(most, since + longestSession - nowSeconds()));

  return {
    responseTypes: ["code"],
    pkce: { required: () => true },
    scopes: [],
    claims: openidClaims,
    conformIdTokenClaims: false, // an app that asked for them gets them in the ID token, too
    subjectTypes: ["public"],
    cookies: { names: cookieNames(issuer.startsWith("https:")) },
    interactions: {
      policy: createInteractionPolicy(deps),
      url: (_ctx, { uid }) => `/oauth/interaction/${uid}`,
    },
    findAccount: createFindAccount(deps.findUser),
    loadExistingGrant: createLoadGrant(deps),
    expiresWithSession: () => true, // to log out is to log out of every app
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed("refresh_token"),
    rotateRefreshToken: true,
    ttl: {
      AccessToken: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? 300,
      AuthorizationCode: 60,
      Grant: longestSession,
      IdToken: 300,
      Interaction: 600,
      RefreshToken: (_ctx, token) => left(token.iiat, 14 * day),
      Session: (_ctx, { loginTs }) => (loginTs === undefined ? 600 : left(loginTs)),
    },
  };
}
