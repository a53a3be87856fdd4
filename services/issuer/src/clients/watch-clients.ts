import type { Middleware } from "koa";
import type { ClientRest } from "./authenticate-clients.ts";

/** Counts who failed to authenticate at the endpoint inside, for them to rest before they try on. */
export function watchClients(rest: ClientRest): Middleware {
  return async function watchClients(ctx, next) {
    await next();
    const clientId: string | undefined = ctx.state.clientId;
    if (clientId === undefined) return;
    const { error } = (ctx.body ?? {}) as { error?: string };
    // Whoever holds the key or the secret guesses nothing, though a copied assertion is refused.
    if (ctx.state.proven) rest.succeeded(clientId, ctx.ip);
    else if (ctx.status === 401 && error === "invalid_client") rest.failed(clientId, ctx.ip);
  };
}
