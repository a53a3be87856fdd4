import type { ParameterizedContext } from "koa";
import type { Provider } from "oidc-provider";
import type { FindClient } from "../clients/find-client.ts";
import { dependencyUnavailable } from "../problems.ts";
import type { EndSession } from "../sessions/end-session.ts";
import type { User } from "../users/user.ts";
import { openInteraction } from "./open-interaction.ts";

/** How somebody proved who they are. */
export type Login = {
  /** RFC 8176: `["pwd"]`, or what an outside provider said. */
  readonly amr: readonly string[];
  /** How sure the outside provider says that it is. */
  readonly acr?: string;
  /** Seconds since 1970. */
  readonly authTime: number;
};

export type FinishLoginDeps = {
  provider: () => Provider;
  findClient: FindClient;
  endSession: EndSession;
};

/**
 * Ends a login page's part: `user` is logged in in this browser, which goes on to the app. To be
 * called inside the interaction that asked for it, whose cookie the browser has to bring; throws
 * `interaction_gone` otherwise. Who was logged in before, if that was somebody else, is not any more.
 */
export type FinishLogin = (ctx: ParameterizedContext, user: User, login: Login) => Promise<void>;

export function createFinishLogin(deps: FinishLoginDeps): FinishLogin {
  return async function finishLogin(ctx, user, { amr, acr, authTime }) {
    const provider = deps.provider();
    const { details } = await openInteraction(ctx, provider, deps.findClient);
    // Not always the one that the login began with: people log in in two windows at once.
    const current = await currentSession(ctx, provider);
    const isOthers = current.accountId !== undefined && current.accountId !== user.sub;
    if (isOthers) await deps.endSession(current.uid);
    if (details.session !== undefined && (isOthers || details.session.uid !== current.uid)) {
      delete details.session;
      await details.persist();
    }
    const how = { amr: [...amr], ts: authTime, ...(acr !== undefined && { acr }) };
    const login = { accountId: user.sub, remember: false, ...how };
    const returnTo = await provider.interactionResult(
      ctx.req,
      ctx.res,
      { login },
      { mergeWithLastSubmission: false },
    );
    ctx.status = 303;
    ctx.redirect(returnTo);
  };
}

/** Of the browser, at this moment; a new one, of nobody, where there is none. */
function currentSession({ req, res }: ParameterizedContext, provider: Provider) {
  return provider.Session.get(provider.createContext(req, res)).catch((cause: unknown) => {
    throw dependencyUnavailable({ cause });
  });
}
