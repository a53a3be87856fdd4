import type { Middleware } from "koa";
import type { KoaContextWithOIDC } from "oidc-provider";
import { dependencyUnavailable } from "../problems.ts";

export type StructuredRequest = { ctx: KoaContextWithOIDC; clientId: string; token: string };

/**
 * Around the engine's endpoint for opaque tokens: the engine authenticates the client, then sees that
 * the token is a JWT and gives up. From there on it is `answer`'s.
 */
export function answerForJwts(answer: (request: StructuredRequest) => Promise<void>): Middleware {
  return async function answerForJwts(koa, next) {
    await next();
    const ctx = koa as KoaContextWithOIDC; // the engine has been here
    const body = ctx.body as { error?: string } | undefined;
    if (body?.error !== "unsupported_token_type") return;
    const client = ctx.oidc.entities.Client;
    const token = ctx.oidc.params?.token;
    if (client === undefined || typeof token !== "string") return;
    ctx.state.problem = undefined;
    ctx.status = 200;
    ctx.set("cache-control", "no-store");
    try {
      await answer({ ctx, clientId: client.clientId, token });
    } catch (cause) {
      throw dependencyUnavailable({ cause });
    }
  };
}
