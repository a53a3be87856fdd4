import { randomBytes } from "node:crypto";
import type { Middleware } from "koa";
import type { OpenInteraction } from "../interactions/open-interaction.ts";
import { problem } from "../problems.ts";
import type { FederatedLogins } from "./federated-logins.ts";

/** Why the engine asks, when a session at the provider is not an answer (OpenID Connect Core 3.1.2.1). */
const reasonsToAskAnew = ["login_prompt", "max_age"];

/** Sends the browser to a provider, and remembers which browser that was, and in the middle of what. */
export function beginLogin(logins: FederatedLogins): Middleware {
  const { parties, pending, now } = logins;

  return async function beginLogin(ctx) {
    const { uid, provider } = ctx.params;
    const party = parties.get(provider);
    if (party === undefined) throw problem("not_found");
    const { details }: OpenInteraction = ctx.state.interaction;
    if (details.prompt.name !== "login") throw problem("interaction_gone");

    const [state, nonce, verifier] = [random(), random(), random()];
    const anew = reasonsToAskAnew.some((reason) => details.prompt.reasons.includes(reason));
    const url = await party.relying.begin({ state, nonce, verifier, anew });
    const after = anew ? { authenticatedAfter: Math.floor(now() / 1_000) } : {};
    await pending.add(state, { uid, provider, nonce, verifier, ...after });
    ctx.status = 303;
    ctx.redirect(url.href);
  };
}

/** RFC 7636 section 4.1: 43 characters, of 256 bits. */
function random(): string {
  return randomBytes(32).toString("base64url");
}
