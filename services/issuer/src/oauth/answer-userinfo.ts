import { Problem } from "@tollgate/shared/problem";
import { bearerToken } from "@tollgate/shared/tokens/bearer-token";
import type { Middleware } from "koa";
import { problem } from "../problems.ts";
import { openidClaims } from "../resources/openid-scopes.ts";
import type { ReadOwnToken } from "../revocation/own-tokens.ts";
import { claimsOfUser } from "../users/claims-of-user.ts";
import type { User } from "../users/user.ts";

export type UserinfoDeps = {
  readOwnToken: ReadOwnToken;
  findUser: (sub: string) => User | undefined;
};

/**
 * Who logged in, for the app that has their access token with `openid` in it, whatever service that
 * is for (OpenID Connect Core section 5.3). The engine knows opaque tokens alone; ours are JWTs. One
 * that was handed on (RFC 8693) has no such scope any more.
 */
export function answerUserinfo({ readOwnToken, findUser }: UserinfoDeps): Middleware {
  return async function answerUserinfo(ctx) {
    ctx.set({ "cache-control": "no-store", "access-control-allow-origin": "*" });
    ctx.set("access-control-expose-headers", "WWW-Authenticate");
    const caller = await readOwnToken(presentedToken(ctx.req.rawHeaders));
    const user = caller && findUser(caller.subject);
    if (caller?.tokenUse !== "user" || user === undefined) {
      throw problem("invalid_token", { headers: challenge('error="invalid_token"') });
    }
    if (!caller.scopes.has("openid")) {
      const headers = challenge('error="insufficient_scope", scope="openid"');
      throw problem("insufficient_scope", { headers });
    }
    const shown: [string, unknown][] = Object.entries(claimsOfUser(user)).filter(([claim]) =>
      Object.entries(openidClaims).some(
        ([scope, claims]) => caller.scopes.has(scope) && claims.some((each) => each === claim),
      ),
    );
    ctx.body = Object.fromEntries(shown);
  };
}

function presentedToken(rawHeaders: readonly string[]): string {
  try {
    return bearerToken(rawHeaders);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    // RFC 6750 section 3.1: no error is named to who has not tried.
    throw problem("invalid_token", { detail: error.message, headers: challenge() });
  }
}

function challenge(words = "") {
  return { "www-authenticate": `Bearer ${words}`.trim() };
}
