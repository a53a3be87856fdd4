import { guardedUrl } from "@tollgate/shared/http/guarded-url";
import { Problem } from "@tollgate/shared/problem";
import type { TokenClaims } from "@tollgate/shared/tokens/parse-token";
import * as openid from "openid-client";
import { guardedFetch } from "./guarded-fetch.ts";
import { loginRefusal } from "./login-refusal.ts";
import type { Login, OutsideProvider } from "./outside-provider.ts";

export type LoginRequest = {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** Whether whoever is logged in there has to do so again. */
  readonly anew: boolean;
};

/** We, at one outside provider. Both reject with a Problem. */
export type RelyingParty = {
  /** Where the browser goes. */
  begin(request: LoginRequest): Promise<URL>;
  /** What the provider says of the person, by what the browser came back with, proven. */
  finish(answer: URLSearchParams, checks: Omit<LoginRequest, "anew">): Promise<TokenClaims>;
};

export type RelyingPartyDeps = { callbackUrl: (provider: string) => URL; now: () => number };

const metadataLifeMs = 600_000;
const timeoutSeconds = 5;
const endpoints = ["authorization_endpoint", "token_endpoint", "jwks_uri"] as const;

/** Code flow with PKCE, state and nonce (OpenID Connect Core section 3.1), by openid-client. */
export function createRelyingParty(
  provider: OutsideProvider,
  login: Login,
  { callbackUrl, now }: RelyingPartyDeps,
): RelyingParty {
  const redirectUri = callbackUrl(provider.name);
  let found: { configuration: Promise<openid.Configuration>; until: number } | undefined;

  /** One question for all who ask at once; a failure is not kept. */
  function configuration(): Promise<openid.Configuration> {
    if (found !== undefined && now() < found.until) return found.configuration;
    const asked = { configuration: discover(provider, login), until: now() + metadataLifeMs };
    found = asked;
    asked.configuration.catch(() => {
      if (found === asked) found = undefined;
    });
    return asked.configuration;
  }

  return {
    async begin({ state, nonce, verifier, anew }) {
      const known = await configuration().catch(refuse);
      const url = openid.buildAuthorizationUrl(known, {
        ...{ redirect_uri: redirectUri.href, scope: login.scopes.join(" "), state, nonce },
        code_challenge: await openid.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
        ...(anew && { prompt: "login", max_age: "0" }),
      });
      if (url.origin === new URL(login.origin ?? provider.issuer).origin) return url;
      // The page's policy lets its form lead to that origin alone, and people know no other.
      throw loginRefusal("provider_answer_invalid", "its login page is at another origin");
    },
    async finish(answer, { state, nonce, verifier }) {
      const known = await configuration().catch(refuse);
      // The address is the one that we sent, whatever the request was addressed to.
      const current = new URL(`?${answer}`, redirectUri);
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier };
      const tokens = await openid.authorizationCodeGrant(known, current, checks).catch(refuse);
      const claims = tokens.claims();
      if (claims === undefined) throw loginRefusal("provider_answer_invalid", "no ID token");
      return claims;
    },
  };
}

async function discover(provider: OutsideProvider, login: Login): Promise<openid.Configuration> {
  const secret = login.client_secret_file;
  const plain = provider.issuer.startsWith("http:");
  const discovered = await openid.discovery(
    new URL(provider.issuer),
    login.client_id,
    undefined,
    openid.None(),
    {
      execute: plain ? [openid.allowInsecureRequests] : [],
      [openid.customFetch]: guardedFetch,
      timeout: timeoutSeconds,
    },
  );
  const metadata = metadataOf(provider, discovered.serverMetadata());
  const configuration = new openid.Configuration(
    metadata,
    login.client_id,
    undefined,
    secret === undefined ? openid.None() : authentication(metadata)(secret),
  );
  configuration[openid.customFetch] = guardedFetch;
  configuration.timeout = timeoutSeconds;
  if (plain) openid.allowInsecureRequests(configuration);
  openid.enableNonRepudiationChecks(configuration); // the ID token's signature, TLS or not
  return configuration;
}

/** What the configuration says counts more: which algorithms, and where the keys are. */
function metadataOf(provider: OutsideProvider, said: openid.ServerMetadata): openid.ServerMetadata {
  const { issuer, jwks_uri, algorithms } = provider;
  if (said.issuer !== issuer) {
    throw loginRefusal("provider_answer_invalid", "its metadata are another issuer's");
  }
  const metadata = {
    ...said,
    ...(jwks_uri !== undefined && { jwks_uri }),
    id_token_signing_alg_values_supported: [...algorithms],
  };
  for (const name of endpoints) {
    if (guardedUrl.safeParse(metadata[name]).success) continue;
    throw loginRefusal("provider_answer_invalid", `its metadata's ${name} is not to be used`);
  }
  return metadata;
}

/** Basic is what a provider must support (RFC 6749 section 2.3.1) that does not say otherwise. */
function authentication({ token_endpoint_auth_methods_supported: methods }: openid.ServerMetadata) {
  const basic = methods === undefined || methods.includes("client_secret_basic");
  return basic ? openid.ClientSecretBasic : openid.ClientSecretPost;
}

/** Errors with words of the provider's in them, which may be pieces of a token: not for the log. */
const quoting = new Set(["OAUTH_PARSE_ERROR", "OAUTH_WWW_AUTHENTICATE_CHALLENGE"]);

/** Their words do not reach the page, only the audit, and there only a code. */
function refuse(error: unknown): never {
  if (error instanceof Problem) throw error;
  if (error instanceof openid.AuthorizationResponseError) {
    throw loginRefusal("provider_refused", `it answered ${nameOf(error.error)}`);
  }
  if (error instanceof openid.ResponseBodyError) {
    throw loginRefusal("provider_answer_invalid", `its tokens: ${nameOf(error.error)}`);
  }
  const { code = "" } = error as { code?: string };
  if (code.startsWith("OAUTH_")) {
    const cause = quoting.has(code) ? undefined : error;
    throw loginRefusal("provider_answer_invalid", code.toLowerCase(), cause);
  }
  throw loginRefusal("provider_unreachable", "no_answer", error);
}

/** RFC 6749 section 4.1.2.1: an error is a short code; anything else is not repeated. */
function nameOf(error: string): string {
  return /^[a-z_]{1,64}$/.test(error) ? error : "an error";
}
