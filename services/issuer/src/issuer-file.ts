import type { Env } from "@tollgate/shared/config";
import { readYamlFile } from "@tollgate/shared/yaml-file";
import * as z from "zod";
import { accessFaults } from "./clients/check-access.ts";
import { type Client, clientSchema } from "./clients/client.ts";
import { type Resource, resourceSchema } from "./resources/resource.ts";

/** Who may ask for tokens, and for which services: what config/issuer.yaml declares. */
export type Registry = {
  readonly resources: ReadonlyMap<string, Resource>;
  readonly clients: ReadonlyMap<string, Client>;
};

const issuerFile = z
  .strictObject({
    resources: z.array(resourceSchema).min(1),
    clients: z.array(clientSchema),
  })
  .superRefine((file, context) => {
    refuseTwins(file.resources, "resources", "identifier", context);
    refuseTwins(file.clients, "clients", "client_id", context);
    for (const [index, client] of file.clients.entries()) {
      refuseTwins(client.access, `clients.${index}.access`, "resource", context);
      for (const { path, message } of accessFaults(client, file.resources)) {
        context.addIssue({ code: "custom", message, path: ["clients", index, ...path] });
      }
    }
  })
  .transform(
    ({ resources, clients }): Registry => ({
      resources: new Map(resources.map((resource) => [resource.identifier, resource])),
      clients: new Map(clients.map((client) => [client.client_id, client])),
    }),
  );

/** Reads and checks the file; a ConfigError names every fault as `file:line:column`. */
export function readIssuerFile(path: string, env: Env): Registry {
  return readYamlFile(path, issuerFile, env);
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

function steps(path: string): (string | number)[] {
  return path.split(".").map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}
