import type { Middleware } from "koa";
import { problem } from "../problems.ts";
import { authenticationOf } from "./authentication.ts";
import type { FederatedLogins } from "./federated-logins.ts";
import { loginRefusal } from "./login-refusal.ts";
import { stateOf } from "./receive-answer.ts";

/** How far another clock may be from ours, in seconds. */
const tolerance = 5;

/** Takes a provider's answer, once and in the browser that it is for, and logs its person in. */
export function completeLogin(logins: FederatedLogins): Middleware {
  const { parties, pending, recognisePerson, openInteraction, finishLogin, trail, now } = logins;

  return async function completeLogin(ctx) {
    const { uid, provider } = ctx.params;
    const party = parties.get(provider);
    if (party === undefined) throw problem("not_found");
    const { client } = await openInteraction(ctx); // a link to somebody else's answer ends here: the cookie is not theirs
    const answer = new URLSearchParams(ctx.querystring);
    const state = stateOf(answer);
    const login = await pending.find(state);
    const isOurs = login?.uid === uid && login?.provider === provider;
    if (login === undefined || !isOurs || !(await pending.take(state))) {
      throw loginRefusal("federated_login_gone", isOurs ? "state_used" : "state_foreign");
    }

    const { nonce, verifier, authenticatedAfter = 0 } = login;
    const claims = await party.relying.finish(answer, { state, nonce, verifier });
    const { authTime, ...how } = authenticationOf(claims);
    if ((authTime ?? 0) + tolerance < authenticatedAfter) {
      throw loginRefusal("provider_answer_invalid", "login_not_renewed");
    }
    const recognised = recognisePerson(party.provider, claims);
    if (recognised.person === undefined) {
      throw loginRefusal("federated_person_unknown", recognised.because);
    }
    const seconds = Math.floor(now() / 1_000);
    // When it does not say, then no later than it vouched for it; and never in the future.
    const at = Math.min(authTime ?? Number(claims.iat), seconds);
    await finishLogin(ctx, recognised.person, { amr: [], ...how, authTime: at });
    trail.record(ctx.state.log, {
      event: "login_succeeded",
      sub: recognised.person.sub,
      client_id: client.client_id,
      ...{ provider, ...how },
      ip: ctx.ip,
      request_id: ctx.state.requestId,
    });
  };
}
