import type { Middleware } from "koa";
import { problem } from "../problems.ts";
import type { FederatedLogins } from "./federated-logins.ts";
import { loginRefusal } from "./login-refusal.ts";

/**
 * Where providers send browsers back to, each to an address of its own: an answer that comes to
 * another one's is a mix-up (RFC 9700 section 4.4). The interaction's cookie is only for below its
 * own address, so that is where the browser is sent on to; nothing is believed or used up here.
 */
export function receiveAnswer({
  parties,
  pending,
}: Pick<FederatedLogins, "parties" | "pending">): Middleware {
  return async function receiveAnswer(ctx) {
    const { provider } = ctx.params;
    if (!parties.has(provider)) throw problem("not_found"); // and no row of it: anybody can ask
    const login = await pending.find(stateOf(new URLSearchParams(ctx.querystring)));
    if (login === undefined) throw loginRefusal("federated_login_gone", "state_unknown");
    if (login.provider !== provider) throw loginRefusal("federated_login_gone", "mix_up");
    ctx.status = 303;
    ctx.redirect(`/oauth/interaction/${login.uid}/federated/${provider}/answer?${ctx.querystring}`);
  };
}

/** The one state of an answer. */
export function stateOf(answer: URLSearchParams): string {
  const [state = "", ...more] = answer.getAll("state");
  return more.length === 0 ? state : "";
}
