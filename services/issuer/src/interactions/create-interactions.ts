import type { Provider } from "oidc-provider";
import type { OutsideProvider } from "../federation/outside-provider.ts";
import { createCsrf } from "./csrf.ts";
import { createFinishLogin, type FinishLoginDeps } from "./finish-login.ts";
import type { Interactions } from "./require-own-form.ts";

export type InteractionsDeps = Omit<FinishLoginDeps, "provider"> &
  Pick<Interactions, "users" | "findUser" | "consents" | "trail" | "now"> & {
    engine: () => { provider: Provider };
  };

export type InteractionsConfig = {
  cookieKeys: readonly string[];
  registry: { providers: readonly OutsideProvider[] };
};

/** Puts together what the pages on which people log in are made with. */
export function createInteractions(
  { cookieKeys, registry: { providers } }: InteractionsConfig,
  { engine, findClient, users, findUser, consents, endSession, trail, now }: InteractionsDeps,
): Interactions {
  const provider = () => engine().provider;
  return {
    ...{ provider, findClient, users, findUser, consents, trail, now },
    finishLogin: createFinishLogin({ provider, findClient, endSession }),
    csrf: createCsrf(cookieKeys),
    loginProviders: providers.flatMap(({ name, issuer, login }) =>
      login ? [{ name, label: login.display_name, target: login.origin ?? issuer }] : [],
    ),
  };
}
