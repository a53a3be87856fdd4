import type { ParameterizedContext } from "koa";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { FinishLogin } from "../interactions/finish-login.ts";
import type { OpenInteraction } from "../interactions/open-interaction.ts";
import type { OutsideProvider } from "./outside-provider.ts";
import type { PendingLogins } from "./pending-logins.ts";
import type { RecognisePerson } from "./recognise-person.ts";
import { createRelyingParty, type RelyingParty, type RelyingPartyDeps } from "./relying-party.ts";

/** What the steps of an outside login are made with. */
export type FederatedLogins = {
  parties: ReadonlyMap<string, Party>;
  pending: PendingLogins;
  recognisePerson: RecognisePerson;
  /** The interaction that the path names, if this browser is in it; throws `interaction_gone`. */
  openInteraction: (ctx: ParameterizedContext) => Promise<OpenInteraction>;
  finishLogin: FinishLogin;
  trail: AuditTrail;
  now: () => number;
};

export type Party = { provider: OutsideProvider; relying: RelyingParty };

/** Those that people may log in at, by name. */
export function createParties(
  providers: readonly OutsideProvider[],
  deps: RelyingPartyDeps,
): ReadonlyMap<string, Party> {
  return new Map(
    providers.flatMap((provider) =>
      provider.login
        ? [
            [
              provider.name,
              { provider, relying: createRelyingParty(provider, provider.login, deps) },
            ],
          ]
        : [],
    ),
  );
}
