import type { Env } from "@tollgate/shared/config";
import { readYamlFile } from "@tollgate/shared/yaml-file";
import * as z from "zod";
import { type Client, clientSchema } from "./clients/client.ts";
import { type OutsideProvider, outsideProviderSchema } from "./federation/outside-provider.ts";
import { providerFaults } from "./federation/provider-faults.ts";
import { accessFaults } from "./resources/check-access.ts";
import { type Resource, resourceSchema } from "./resources/resource.ts";
import { linkOf } from "./users/people.ts";
import { type User, userSchema } from "./users/user.ts";

/** Who may ask for tokens, and for which services: what config/issuer.yaml declares. */
export type Registry = {
  readonly resources: ReadonlyMap<string, Resource>;
  readonly clients: ReadonlyMap<string, Client>;
  /** By `sub`. */
  readonly users: ReadonlyMap<string, User>;
  readonly providers: readonly OutsideProvider[];
};

/** The file of the issuer whose identifier this is. */
export const issuerFileOf = (issuer: string) =>
  z
    .strictObject({
      resources: z.array(resourceSchema).min(1),
      clients: z.array(clientSchema),
      users: z.array(userSchema).default([]),
      /** Other issuers: people may log in there, services may hand on their tokens. */
      providers: z.array(outsideProviderSchema).default([]),
    })
    .superRefine((file, context) => {
      refuseTwins(file.resources, "resources", "identifier", context);
      refuseTwins(file.clients, "clients", "client_id", context);
      refuseTwins(file.providers, "providers", "name", context);
      refuseTwins(file.providers, "providers", "issuer", context);
      for (const [index, provider] of file.providers.entries()) {
        for (const { path, message } of providerFaults(provider, { ...file, issuer })) {
          context.addIssue({ code: "custom", message, path: ["providers", index, ...path] });
        }
      }
      refuseTwins(file.users, "users", "sub", context);
      refuseTwins(file.users, "users", "username", context);
      refuseSharedLinks(file.users, context);
      refuseUnknownLinks(file, context);
      for (const list of ["clients", "users"] as const) {
        for (const [index, holder] of file[list].entries()) {
          refuseTwins(holder.access, `${list}.${index}.access`, "resource", context);
          for (const { path, message } of accessFaults(holder, file.resources)) {
            context.addIssue({ code: "custom", message, path: [list, index, ...path] });
          }
        }
      }
    })
    .transform(
      ({ resources, clients, users, providers }): Registry => ({
        providers,
        resources: new Map(resources.map((resource) => [resource.identifier, resource])),
        clients: new Map(clients.map((client) => [client.client_id, client])),
        users: new Map(users.map((user) => [user.sub, user])),
      }),
    );

/** Reads and checks the file; a ConfigError names every fault as `file:line:column`. */
export function readIssuerFile(path: string, env: Env, issuer: string): Registry {
  return readYamlFile(path, issuerFileOf(issuer), env);
}

function refuseTwins<Name extends string>(
  entries: readonly Record<Name, string>[],
  list: string,
  name: Name,
  context: z.core.$RefinementCtx,
) {
  for (const [index, entry] of entries.entries()) {
    if (entries.findIndex((other) => other[name] === entry[name]) === index) continue;
    const message = `"${entry[name]}" is already declared above`;
    context.addIssue({ code: "custom", message, path: [...steps(list), index, name] });
  }
}

/** One who comes from outside is one person here. */
function refuseSharedLinks(users: readonly User[], context: z.core.$RefinementCtx) {
  const seen = new Set<string>();
  for (const [index, { federated }] of users.entries()) {
    for (const [at, { provider, subject }] of federated.entries()) {
      const link = linkOf(provider, subject);
      const path = ["users", index, "federated", at, "subject"];
      const message = `"${subject}" of ${provider} is linked already`;
      if (seen.has(link)) context.addIssue({ code: "custom", message, path });
      seen.add(link);
    }
  }
}

function refuseUnknownLinks(
  { users, providers }: { users: readonly User[]; providers: readonly OutsideProvider[] },
  context: z.core.$RefinementCtx,
) {
  for (const [index, { federated }] of users.entries()) {
    for (const [at, { provider }] of federated.entries()) {
      if (providers.some(({ name }) => name === provider)) continue;
      const path = ["users", index, "federated", at, "provider"];
      context.addIssue({
        code: "custom",
        message: `"${provider}" is not among the providers`,
        path,
      });
    }
  }
}

function steps(path: string): (string | number)[] {
  return path.split(".").map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}
