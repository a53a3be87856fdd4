import type { Resource } from "../resources/resource.ts";
import type { Client } from "./client.ts";

export type AccessFault = { path: (string | number)[]; message: string };

/** A client can only be given what a resource has: the faults, each with its place in the client. */
export function accessFaults(client: Client, resources: readonly Resource[]): AccessFault[] {
  const find = (identifier: string) => resources.find((each) => each.identifier === identifier);
  const unknown = (identifier: string) => `"${identifier}" is not among the resources`;
  const served = client.serves.flatMap((identifier, at) =>
    find(identifier) ? [] : [{ path: ["serves", at], message: unknown(identifier) }],
  );
  const granted = client.access.flatMap((access, at): AccessFault[] => {
    const resource = find(access.resource);
    if (resource === undefined) {
      return [{ path: ["access", at, "resource"], message: unknown(access.resource) }];
    }
    return access.scopes.flatMap((scope, position) => {
      if (resource.scopes.includes(scope)) return [];
      const message = `"${scope}" is not a scope of ${resource.identifier}`;
      return [{ path: ["access", at, "scopes", position], message }];
    });
  });
  return [...granted, ...served];
}
