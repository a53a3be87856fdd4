import type { Middleware, ParameterizedContext } from "koa";
import type { KoaContextWithOIDC } from "oidc-provider";
import type { FindClient } from "../clients/find-client.ts";
import type { User } from "../users/user.ts";
import { loggedOutPage, logoutPage } from "./pages/logout-page.ts";
import { showPage } from "./pages/page.ts";

export type LogoutDeps = {
  findClient: FindClient;
  findUser: (sub: string) => User | undefined;
};

/** Around the engine's logout: it checks the request, and what a person sees of it is ours. */
export function showLogout(deps: LogoutDeps): Middleware {
  return async function showLogout(ctx, next) {
    await next();
    if (ctx.status === 200) ask(ctx, deps);
  };
}

/** Also when nobody is logged in, where the engine would send a form by a script. */
function ask(koa: ParameterizedContext, { findClient, findUser }: LogoutDeps): void {
  const { oidc } = koa as unknown as KoaContextWithOIDC; // the engine has been here
  const state = oidc.session?.state as EngineState | undefined;
  if (state === undefined) throw new Error("the engine has begun no logout");
  const { accountId } = oidc.session ?? {};
  const client = state.clientId === undefined ? undefined : findClient(state.clientId);
  const page = logoutPage({
    xsrf: state.secret,
    clientName: client && (client.client_name ?? client.client_id),
    postLogoutRedirectUri: state.postLogoutRedirectUri,
    username: accountId && (findUser(accountId)?.username ?? "somebody who is gone"),
  });
  showPage(koa, page);
}

/** What the engine keeps of a logout that waits for its confirmation. */
type EngineState = {
  secret: string;
  clientId?: string | undefined;
  postLogoutRedirectUri?: string | undefined;
};

export function showLoggedOut(ctx: ParameterizedContext): void {
  showPage(ctx, loggedOutPage);
}
