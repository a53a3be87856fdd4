import type { Middleware } from "koa";
import type { Provider } from "oidc-provider";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { FindClient } from "../clients/find-client.ts";
import type { ConsentStore } from "../consents/consent-store.ts";
import { problem } from "../problems.ts";
import type { Users } from "../users/users.ts";
import type { Csrf } from "./csrf.ts";
import type { FinishLogin } from "./finish-login.ts";
import { openInteraction } from "./open-interaction.ts";
import type { LoginProvider } from "./pages/login-page.ts";
import { readForm } from "./read-form.ts";

/** What the pages are made with. */
export type Interactions = {
  provider: () => Provider;
  findClient: FindClient;
  users: Users;
  /** Those who have no account here, but come through an outside provider, too. */
  findUser: Users["find"];
  consents: ConsentStore;
  /** Outside providers that the login page offers. */
  loginProviders: readonly LoginProvider[];
  finishLogin: FinishLogin;
  csrf: Csrf;
  trail: AuditTrail;
  now: () => number;
};

/**
 * Lets a form in that the page of this interaction sent, from the browser that it was shown to; leaves
 * `interaction` and `form` in the state.
 */
export function requireOwnForm({ provider, findClient, csrf }: Interactions): Middleware {
  return async function requireOwnForm(ctx, next) {
    // A browser that says where a form comes from is believed when it says: from elsewhere.
    const from = ctx.get("sec-fetch-site");
    if (from !== "" && from !== "same-origin") throw problem("form_foreign");
    ctx.state.interaction = await openInteraction(ctx, provider(), findClient);
    ctx.state.form = await readForm(ctx);
    if (!csrf.isTokenFor(ctx.params.uid, ctx.state.form.get("csrf"))) throw problem("form_foreign");
    await next();
  };
}
