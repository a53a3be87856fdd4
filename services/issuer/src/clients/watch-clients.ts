import type { Middleware } from "koa";
import type { ClientRest } from "./client-rest.ts";

/**
 * Counts who failed to authenticate at the endpoint inside, for them to rest before they try on. A
 * failure that cannot be counted is answered with 503: nobody guesses on while the store is away.
 */
export function watchClients(rest: ClientRest): Middleware {
  return async function watchClients(ctx, next) {
    await next();
    const clientId: string | undefined = ctx.state.clientId;
    if (clientId === undefined) return;
    const { error } = (ctx.body ?? {}) as { error?: string };
    // Whoever holds the key or the secret guesses nothing, though a copied assertion is refused.
    if (ctx.state.proven) await rest.succeeded(clientId, ctx.ip);
    else if (ctx.state.resting) return;
    else if (ctx.status === 401 && error === "invalid_client") await rest.failed(clientId, ctx.ip);
  };
}
