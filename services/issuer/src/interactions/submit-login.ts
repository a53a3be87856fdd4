import type { Middleware } from "koa";
import { problem } from "../problems.ts";
import type { OpenInteraction } from "./open-interaction.ts";
import type { Interactions } from "./require-own-form.ts";
import { showLogin } from "./show-interaction.ts";

/** Says no more than that: neither whether there is such a person, nor whether they have to wait. */
const refusal =
  "That username and password do not match, or there were too many tries. Check both, or try again later.";

export function submitLogin(interactions: Interactions): Middleware {
  const { users, finishLogin, trail, now } = interactions;

  return async function submitLogin(ctx) {
    const form: Map<string, string> = ctx.state.form;
    const interaction: OpenInteraction = ctx.state.interaction;
    if (interaction.details.prompt.name !== "login") throw problem("interaction_gone");
    const username = form.get("username") ?? "";
    const user = await users.logIn(username, form.get("password") ?? "", ctx.ip);
    if (user !== undefined) {
      return await finishLogin(ctx, user, { amr: ["pwd"], authTime: Math.floor(now() / 1_000) });
    }
    // Not what was typed: people type their password there.
    trail.record(ctx.state.log, {
      event: "login_failed",
      client_id: interaction.client.client_id,
      ip: ctx.ip,
      request_id: ctx.state.requestId,
    });
    showLogin(ctx, interactions, interaction, { username, fault: refusal }, 401);
  };
}
