import type { Middleware, ParameterizedContext } from "koa";
import { problem } from "../problems.ts";
import { type OpenInteraction, openInteraction } from "./open-interaction.ts";
import { consentPage } from "./pages/consent-page.ts";
import { loginPage } from "./pages/login-page.ts";
import { showPage } from "./pages/page.ts";
import { requestOf } from "./request-of.ts";
import type { Interactions } from "./require-own-form.ts";

/** The page that the engine sent the browser to. */
export function showInteraction(interactions: Interactions): Middleware {
  const { provider, findClient } = interactions;

  return async function showInteraction(ctx) {
    const interaction = await openInteraction(ctx, provider(), findClient);
    const { details } = interaction;
    if (details.prompt.name === "consent") return showConsent(ctx, interactions, interaction);
    const hint = details.params.login_hint;
    showLogin(ctx, interactions, interaction, {
      username: typeof hint === "string" ? hint.slice(0, 256) : undefined,
    });
  };
}

export function showLogin(
  ctx: ParameterizedContext,
  { csrf, loginProviders }: Interactions,
  { details, clientName, redirectUri }: OpenInteraction,
  shown: { username: string | undefined; fault?: string },
  status = 200,
): void {
  const { uid } = details;
  const providers = loginProviders;
  const token = csrf.tokenFor(uid);
  showPage(
    ctx,
    loginPage({ uid, csrf: token, clientName, redirectUri, providers, ...shown }),
    status,
  );
}

function showConsent(
  ctx: ParameterizedContext,
  { csrf, findUser }: Interactions,
  { details, clientName, redirectUri }: OpenInteraction,
): void {
  const { uid, session } = details;
  const user = session && findUser(session.accountId);
  if (user === undefined) throw problem("interaction_gone");
  const token = csrf.tokenFor(uid);
  const { username } = user;
  const request = requestOf(details);
  showPage(ctx, consentPage({ uid, csrf: token, clientName, redirectUri, username, ...request }));
}
