import type { TokenClaims } from "@tollgate/shared/tokens/parse-token";
import type { User } from "../users/user.ts";
import type { Users } from "../users/users.ts";
import type { Newcomers, OutsideProvider } from "./outside-provider.ts";

/** OpenID Connect Core section 2: ASCII and at most 255; the rest of ours is the provider's name. */
const subject = /^[\x21-\x7e]{1,190}$/;

/** Who this is here, by claims that were proven; or why nobody. */
export type Recognised =
  | { person: User; linked: boolean }
  | { person: undefined; because: Stranger };

type Stranger = "subject_unreadable" | "person_unknown" | "person_disabled" | "tenant_unknown";

export type RecognisePerson = (provider: OutsideProvider, claims: TokenClaims) => Recognised;

/**
 * Links are made by whoever keeps our users, never by an address: two providers may both say that
 * somebody is ada@example.com, and only one of them need be lying. Who is linked to nobody is
 * refused, or gets what the provider's newcomers get.
 */
export function createRecognisePerson(findFederated: Users["findFederated"]): RecognisePerson {
  return function recognisePerson(provider, claims) {
    const theirs = claims[provider.subject];
    if (typeof theirs !== "string" || !subject.test(theirs)) {
      return { person: undefined, because: "subject_unreadable" };
    }
    const linked = findFederated(provider.name, theirs);
    if (linked === "disabled") return { person: undefined, because: "person_disabled" };
    if (linked !== undefined) return { person: linked, linked: true };
    const { newcomers } = provider;
    if (newcomers === undefined) return { person: undefined, because: "person_unknown" };
    return newcomerOf(newcomers, { provider: provider.name, subject: theirs }, claims);
  };
}

/**
 * Finds again, by what is in a token or a session, who came in as a newcomer. What a claim gave is not
 * known any more then; and who has been linked to a user since has to log in as that.
 */
export function createFindNewcomer(
  providers: readonly OutsideProvider[],
  findFederated: Users["findFederated"],
): Users["find"] {
  return function findNewcomer(sub) {
    const [name = "", subject] = sub.split(/:(.*)/s);
    const provider = providers.find((each) => each.name === name);
    if (subject === undefined || provider?.newcomers === undefined) return undefined;
    if (findFederated(name, subject) !== undefined) return undefined;
    return newcomerOf(provider.newcomers, { provider: name, subject }, {}).person;
  };
}

type Link = User["federated"][number];

function newcomerOf({ tenant, access }: Newcomers, link: Link, claims: TokenClaims): Recognised {
  const found = tenantOf(tenant, claims);
  if (found === "unknown") return { person: undefined, because: "tenant_unknown" };
  const rules = access.filter(({ where }) => {
    return where === undefined || where.any.some((value) => has(claims[where.claim], value));
  });
  return { person: strangerAs(link, merged(rules), found), linked: false };
}

/**
 * Their `sub` is never a client's nor a user's: neither has a colon in its name. Nor is what apps are
 * told as their username, or a stranger whom a provider calls ada would show up as our Ada.
 */
function strangerAs(link: Link, access: User["access"], tenant: string | undefined): User {
  const sub = `${link.provider}:${link.subject}`;
  const nothing = { password: undefined, enabled: true, ...(tenant && { tenant }) };
  return { sub, username: sub, access, federated: [link], ...nothing };
}

/** A value that stands for no tenant must not be one without a tenant. */
function tenantOf(tenant: Newcomers["tenant"], claims: TokenClaims): string | undefined {
  if (typeof tenant !== "object") return tenant;
  const value = claims[tenant.claim];
  if (typeof value !== "string" || !Object.hasOwn(tenant.values, value)) return "unknown";
  return tenant.values[value];
}

/** A claim is one text or a list of them; a text is never taken apart. */
function has(claim: unknown, value: string): boolean {
  return Array.isArray(claim) ? claim.includes(value) : claim === value;
}

function merged(rules: User["access"]): User["access"] {
  const resources = [...new Set(rules.map(({ resource }) => resource))];
  return resources.map((resource) => {
    const here = rules.filter((rule) => rule.resource === resource);
    return {
      resource,
      scopes: [...new Set(here.flatMap(({ scopes }) => scopes))],
      roles: [...new Set(here.flatMap(({ roles }) => roles))],
    };
  });
}
