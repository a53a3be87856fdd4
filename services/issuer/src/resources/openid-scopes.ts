import type { Resource } from "./resource.ts";

/** What an app may ask about whoever logs in (OpenID Connect Core section 5.4), and what that shows. */
export const openidClaims = {
  openid: ["sub", "sid", "auth_time", "amr"],
  profile: ["name", "preferred_username"],
  email: ["email"],
} as const;

export const openidScopes: readonly string[] = Object.keys(openidClaims);

/** The issuer is a resource too: whoever asks for nothing else gets a token for its userinfo. */
export function userinfoResource(issuer: string): Resource {
  return { identifier: issuer, scopes: [...openidScopes], ttl: 300, algorithm: "ES256" };
}
