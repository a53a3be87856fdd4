import type { Client } from "../clients/client.ts";
import type { Registry } from "../issuer-file.ts";
import type { User } from "../users/user.ts";
import type { Grant, Refusal } from "./grant-access.ts";
import { openidScopes, userinfoResource } from "./openid-scopes.ts";

export type PersonRequest = {
  readonly client: Client;
  /** Undefined as long as nobody has logged in: then only the client can be judged. */
  readonly user: User | undefined;
  readonly resource: string;
  readonly asked: readonly string[];
};

type Judge = (request: PersonRequest) => Grant | Refusal;

/**
 * What a client gets for a person at one resource: what it asked for, if that is at most the client's
 * and at most the person's. `grant` refuses where something is not; `narrow` leaves that out, for what
 * was granted before and has become less.
 */
export function createPersonGrants(issuer: string, { resources }: Registry) {
  const userinfo = userinfoResource(issuer);

  function scopesAt(identifier: string, holder: Client | User): readonly string[] {
    if (identifier === issuer) return openidScopes;
    const access = holder.access.find(({ resource }) => resource === identifier);
    return [...openidScopes, ...(access?.scopes ?? [])];
  }

  function limitsOf({ client, user, resource }: PersonRequest) {
    const own = scopesAt(resource, client);
    const theirs = user && scopesAt(resource, user);
    return own.filter((scope) => theirs?.includes(scope) ?? true);
  }

  function targetOf({ client, resource }: PersonRequest) {
    if (resource === issuer) return { target: userinfo, ttl: userinfo.ttl };
    const target = resources.get(resource);
    const access = client.access.find((each) => each.resource === resource);
    return target && access && { target, ttl: access.ttl ?? target.ttl };
  }

  function judge(request: PersonRequest, scopes: readonly string[]): Grant | Refusal {
    const found = targetOf(request);
    const { client, user, resource } = request;
    if (found === undefined) {
      const because = "the resource is unknown or not this client's";
      return { refused: "invalid_target", because };
    }
    if (user && client.tenant !== undefined && client.tenant !== user.tenant) {
      return { refused: "access_denied", because: "this client is another business's" };
    }
    if (scopes.length === 0) {
      const because = "nothing is asked for, or nothing of it is granted";
      return { refused: "invalid_scope", because, scope: request.asked.join(" ") };
    }
    const roles = user?.access.find((access) => access.resource === resource)?.roles ?? [];
    return { resource: found.target, scopes, roles, ttl: found.ttl };
  }

  const grant: Judge = (request) => {
    const limits = limitsOf(request);
    const excess = request.asked.find((scope) => !limits.includes(scope));
    const found = judge(request, request.asked);
    if ("refused" in found || excess === undefined) return found;
    const whose = request.user ? "person" : "client";
    const because = `this scope is not granted to the ${whose}`;
    return { refused: "invalid_scope", because, scope: excess };
  };

  const narrow: Judge = (request) => {
    const limits = limitsOf(request);
    return judge(
      request,
      request.asked.filter((scope) => limits.includes(scope)),
    );
  };

  return { grant, narrow };
}

export type PersonGrants = ReturnType<typeof createPersonGrants>;
