import Router from "@koa/router";
import { limitBody } from "../oauth/limit-body.ts";
import { abort } from "./abort.ts";
import { type Interactions, requireOwnForm } from "./require-own-form.ts";
import { showErrors } from "./show-errors.ts";
import { showInteraction } from "./show-interaction.ts";
import { submitConsent } from "./submit-consent.ts";
import { submitLogin } from "./submit-login.ts";

/** The pages on which a person logs in and consents. Each form is one of its own interaction. */
export function interactionRoutes(interactions: Interactions): Router {
  const form = [showErrors(), limitBody(), requireOwnForm(interactions)];

  return new Router({ sensitive: true, strict: true })
    .get("/oauth/interaction/:uid", showErrors(), showInteraction(interactions))
    .post("/oauth/interaction/:uid/login", ...form, submitLogin(interactions))
    .post("/oauth/interaction/:uid/consent", ...form, submitConsent(interactions))
    .post("/oauth/interaction/:uid/abort", ...form, abort(interactions));
}
