import type { TokenClaims } from "./parse-token.ts";

export type TokenUse = "service" | "user";

/** Who is calling, as a verified token says. Nothing here comes from anywhere else. */
export type Caller = {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly subject: string;
  readonly clientId: string;
  readonly tokenUse: TokenUse | undefined;
  readonly scopes: ReadonlySet<string>;
  readonly roles: ReadonlySet<string>;
  readonly tenant: string | undefined;
  readonly tokenId: string | undefined;
  /** The session that the token belongs to, for people. */
  readonly sessionId: string | undefined;
  /** The kid of the key that proved it: the issuer's name for it, whatever the token's header says. */
  readonly keyId: string | undefined;
  /** Seconds since 1970. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly claims: TokenClaims;
};

/** Reads a caller out of claims that checkToken has passed. */
export function callerOf(claims: TokenClaims, keyId?: string): Caller {
  const { aud, scope, roles, token_use: use } = claims;
  return {
    issuer: text(claims.iss) ?? "",
    audience: Array.isArray(aud) ? aud : [aud],
    subject: text(claims.sub) ?? "",
    clientId: text(claims.client_id) ?? text(claims.azp) ?? "",
    tokenUse: use === "service" || use === "user" ? use : undefined,
    scopes: new Set(typeof scope === "string" ? scope.split(" ").filter(Boolean) : []),
    roles: new Set(Array.isArray(roles) ? roles.filter((role) => typeof role === "string") : []),
    tenant: text(claims.tenant),
    tokenId: text(claims.jti),
    sessionId: text(claims.sid),
    keyId,
    issuedAt: Number(claims.iat),
    expiresAt: Number(claims.exp),
    claims,
  };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
