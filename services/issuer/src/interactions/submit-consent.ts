import type { Middleware } from "koa";
import { dependencyUnavailable, problem } from "../problems.ts";
import type { OpenInteraction } from "./open-interaction.ts";
import { requestOf } from "./request-of.ts";
import type { Interactions } from "./require-own-form.ts";

/** Remembers what the person agreed to, and lets the engine go on: see consents/load-grant.ts. */
export function submitConsent({ provider, consents, trail }: Interactions): Middleware {
  return async function submitConsent(ctx) {
    const { details, client }: OpenInteraction = ctx.state.interaction;
    const { prompt, session } = details;
    if (prompt.name !== "consent" || session === undefined) throw problem("interaction_gone");
    const { resource, scopes } = requestOf(details);
    const sub = session.accountId;
    await consents
      .remember({ sub, clientId: client.client_id, resource, scopes })
      .catch((cause: unknown) => {
        throw dependencyUnavailable({ cause });
      });
    trail.record(ctx.state.log, {
      event: "grant_given",
      sub,
      client_id: client.client_id,
      aud: resource,
      scope: scopes.join(" "),
      ip: ctx.ip,
      request_id: ctx.state.requestId,
    });
    const returnTo = await provider().interactionResult(ctx.req, ctx.res, { consent: {} });
    ctx.status = 303;
    ctx.redirect(returnTo);
  };
}
