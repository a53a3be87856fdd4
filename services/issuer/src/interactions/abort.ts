import type { Middleware } from "koa";
import type { OpenInteraction } from "./open-interaction.ts";
import type { Interactions } from "./require-own-form.ts";

/** The person does not want to: the app is told so (RFC 6749 section 4.1.2.1). */
export function abort({ provider, trail }: Interactions): Middleware {
  return async function abort(ctx) {
    const { details, client }: OpenInteraction = ctx.state.interaction;
    trail.record(ctx.state.log, {
      event: "grant_refused",
      sub: details.session?.accountId,
      client_id: client.client_id,
      ip: ctx.ip,
      request_id: ctx.state.requestId,
    });
    const returnTo = await provider().interactionResult(
      ctx.req,
      ctx.res,
      { error: "access_denied", error_description: "the person did not allow it" },
      { mergeWithLastSubmission: false },
    );
    ctx.status = 303;
    ctx.redirect(returnTo);
  };
}
