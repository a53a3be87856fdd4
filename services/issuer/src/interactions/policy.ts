import { interactionPolicy, type KoaContextWithOIDC } from "oidc-provider";
import type { FindClient } from "../clients/find-client.ts";
import type { PersonGrants } from "../resources/grant-person.ts";
import { errorOf, scopesOf } from "../resources/resource-indicators.ts";
import type { User } from "../users/user.ts";

export type PolicyDeps = {
  findClient: FindClient;
  findUser: (sub: string) => User | undefined;
  personGrants: PersonGrants;
};

/** Seconds. A session lives for longer, for the sake of the apps that it let in. */
const longestUnattendedSession = 12 * 3_600;

/** The engine's own reasons to ask a person for something, and ours. */
export function createInteractionPolicy(deps: PolicyDeps) {
  const { Check, base } = interactionPolicy;
  const policy = base();
  const login = policy.get("login");
  const consent = policy.get("consent");
  if (login === undefined || consent === undefined) throw new Error("the engine asks differently");

  login.checks.add(
    new Check("account_gone", "the person may not act any more", ({ oidc }) =>
      Boolean(oidc.session?.accountId !== undefined && oidc.account === undefined),
    ),
  );
  login.checks.add(
    new Check("session_old", "the person logged in long ago", ({ oidc }) => {
      const { session, result } = oidc;
      if (session?.accountId === undefined || result?.login !== undefined) return false;
      return session.past(longestUnattendedSession);
    }),
  );
  // It asks for nothing: here it is known for the first time who would get what.
  consent.checks.add(
    new Check("person_lacks", "the person may not do that", (ctx) => judgePerson(ctx, deps)),
    0,
  );
  return policy;
}

/** RFC 6749 section 3.3: what is not granted to the person is refused, not left out. */
function judgePerson({ oidc }: KoaContextWithOIDC, deps: PolicyDeps): false {
  const { account, client, params } = oidc;
  const user = account && deps.findUser(account.accountId);
  if (user === undefined || client === undefined) throw new Error("nobody has logged in");
  const granted = deps.personGrants.grant({
    client: deps.findClient(client.clientId),
    user,
    resource: String(params?.resource),
    asked: scopesOf(params?.scope),
  });
  if ("refused" in granted) throw errorOf(granted);
  return false;
}
