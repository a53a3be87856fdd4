import Router from "@koa/router";
import { openInteraction } from "../interactions/open-interaction.ts";
import { type Interactions, requireOwnForm } from "../interactions/require-own-form.ts";
import { showErrors } from "../interactions/show-errors.ts";
import { limitBody } from "../oauth/limit-body.ts";
import type { EngineStore } from "../store/engine-store.ts";
import { auditRefusals } from "./audit-refusals.ts";
import { beginLogin } from "./begin-login.ts";
import { completeLogin } from "./complete-login.ts";
import { createParties } from "./federated-logins.ts";
import type { OutsideProvider } from "./outside-provider.ts";
import { createPendingLogins } from "./pending-logins.ts";
import { receiveAnswer } from "./receive-answer.ts";
import type { RecognisePerson } from "./recognise-person.ts";

export type FederationConfig = {
  issuer: string;
  registry: { providers: readonly OutsideProvider[] };
};

export type FederationDeps = { store: EngineStore; recognisePerson: RecognisePerson };

/** Logging in at outside providers: there, back to an address of that provider's, and in. */
export function federationRoutes(
  { issuer, registry }: FederationConfig,
  interactions: Interactions,
  { store, recognisePerson }: FederationDeps,
): Router {
  const { provider, findClient, finishLogin, trail, now } = interactions;
  const callbackUrl = (name: string) => new URL(`/oauth/federation/callback/${name}`, issuer);
  const pending = createPendingLogins(store, now);
  const parties = createParties(registry.providers, { callbackUrl, now });
  const logins = {
    ...{ parties, pending, recognisePerson, finishLogin, trail, now },
    openInteraction: (ctx) => openInteraction(ctx, provider(), findClient),
  } satisfies Parameters<typeof completeLogin>[0];
  const around = [showErrors(), auditRefusals(trail)];
  const ofInteraction = "/oauth/interaction/:uid/federated/:provider";

  return new Router({ sensitive: true, strict: true })
    .post(ofInteraction, ...around, limitBody(), requireOwnForm(interactions), beginLogin(logins))
    .get("/oauth/federation/callback/:provider", ...around, receiveAnswer(logins))
    .get(`${ofInteraction}/answer`, ...around, completeLogin(logins));
}
