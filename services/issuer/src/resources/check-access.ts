import type { Resource } from "./resource.ts";

export type AccessFault = { path: (string | number)[]; message: string };

/** A client, which may also be a resource itself, or a person. */
type Holder = {
  readonly access: readonly { resource: string; scopes: readonly string[] }[];
  readonly serves?: readonly string[];
};

/** Nobody can be given what a resource has not: the faults, each with its place in the holder. */
export function accessFaults(holder: Holder, resources: readonly Resource[]): AccessFault[] {
  const find = (identifier: string) => resources.find((each) => each.identifier === identifier);
  const unknown = (identifier: string) => `"${identifier}" is not among the resources`;
  const served = (holder.serves ?? []).flatMap((identifier, at) =>
    find(identifier) ? [] : [{ path: ["serves", at], message: unknown(identifier) }],
  );
  const granted = holder.access.flatMap((access, at): AccessFault[] => {
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
