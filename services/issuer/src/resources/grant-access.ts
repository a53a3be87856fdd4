import type { Client } from "../clients/client.ts";
import type { Registry } from "../issuer-file.ts";
import type { Resource } from "./resource.ts";

/** What a token will say and how long it lives. */
export type Grant = {
  resource: Resource;
  scopes: readonly string[];
  roles: readonly string[];
  ttl: number;
};

export type Refusal =
  | { refused: "invalid_target" | "access_denied"; because: string }
  | { refused: "invalid_scope"; because: string; scope: string };

/**
 * What a client gets for one resource: exactly the scopes that it asked for, all of its own when it
 * named none, and nothing at all when one of them is not granted (RFC 6749 section 3.3).
 */
export function grantAccess(
  registry: Pick<Registry, "resources">,
  client: Client,
  identifier: string,
  asked: readonly string[],
): Grant | Refusal {
  const resource = registry.resources.get(identifier);
  const access = client.access.find((each) => each.resource === identifier);
  if (resource === undefined || access === undefined) {
    return { refused: "invalid_target", because: "the resource is unknown or not this client's" };
  }
  const excess = asked.find((scope) => !access.scopes.includes(scope));
  if (excess !== undefined) {
    const because = "this scope is not granted to the client";
    return { refused: "invalid_scope", because, scope: excess };
  }
  return {
    resource,
    scopes: asked.length > 0 ? asked : access.scopes,
    roles: access.roles,
    ttl: access.ttl ?? resource.ttl,
  };
}

/** RFC 8707 section 2.2: without a resource in the request, only a single one is clear. */
export function onlyResourceOf(client: Client): string | undefined {
  return client.access.length === 1 ? client.access[0]?.resource : undefined;
}
