import type { Middleware } from "koa";
import { problem } from "../problems.ts";
import type { OpenInteraction } from "./open-interaction.ts";
import type { Interactions } from "./require-own-form.ts";
import { showLogin } from "./show-interaction.ts";

/** Says no more than that: neither whether there is such a person, nor whether they have to wait. */
const refusal =
  "That username and password do not match, or there were too many tries. Check both, or try again later.";

export function submitLogin(interactions: Interactions): Middleware {
  const { users, finishLogin, now } = interactions;

  return async function submitLogin(ctx) {
    const form: Map<string, string> = ctx.state.form;
    const interaction: OpenInteraction = ctx.state.interaction;
    if (interaction.details.prompt.name !== "login") throw problem("interaction_gone");
    const username = form.get("username") ?? "";
    const { log, requestId } = ctx.state;
    const password = form.get("password") ?? "";
    const user = await users.logIn(username, password, ctx.ip, { log, requestId });
    if (user !== undefined) {
      return await finishLogin(ctx, user, { amr: ["pwd"], authTime: Math.floor(now() / 1_000) });
    }
    showLogin(ctx, interactions, interaction, { username, fault: refusal }, 401);
  };
}
