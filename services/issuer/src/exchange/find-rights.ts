import type { Caller } from "@tollgate/shared/tokens/caller";
import { type FindClient, nobody } from "../clients/find-client.ts";
import type { Users } from "../users/users.ts";

/** What somebody is at a resource, and may do there; services are bounded by their tokens alone. */
export type Rights = { readonly roles: readonly string[]; readonly scopes?: readonly string[] };

/** As of now, not of when a token was minted; undefined for who may not act there any more. */
export type FindRights = (subject: Caller, resource: string) => Rights | undefined;

/** Reads again what a token's subject may: the service or the person may have been disabled since. */
export function createFindRights(findClient: FindClient, users: Pick<Users, "find">): FindRights {
  const ofService: FindRights = ({ subject }, resource) => {
    const client = findClient(subject);
    if (client === nobody) return undefined;
    return { roles: client.access.find((access) => access.resource === resource)?.roles ?? [] };
  };
  const ofPerson: FindRights = ({ subject }, resource) =>
    users.find(subject)?.access.find((access) => access.resource === resource);

  return function findRights(subject, resource) {
    if (subject.tokenUse === "service") return ofService(subject, resource);
    if (subject.tokenUse === "user") return ofPerson(subject, resource);
    return undefined;
  };
}
