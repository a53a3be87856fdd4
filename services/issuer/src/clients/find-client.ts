import { randomBytes } from "node:crypto";
import type { AdapterPayload, ClientMetadata } from "oidc-provider";
import type { Registry } from "../issuer-file.ts";
import type { Client } from "./client.ts";

/**
 * Stands in for every client that is unknown or disabled, with a secret that nobody has: so that
 * such a client takes the same path, as long, to the same answer as one with a wrong secret. No
 * real client can have its name.
 */
export const nobody: Client = {
  client_id: "(nobody)",
  tenant: undefined,
  enabled: false,
  secrets: [randomBytes(32), randomBytes(32)],
  access: [],
};

export type FindClient = (clientId: string) => Client;

export function createFindClient(registry: Registry): FindClient {
  return function findClient(clientId) {
    const client = registry.clients.get(clientId);
    return client?.enabled ? client : nobody;
  };
}

/** The engine insists on a secret in clear; ours are hashes, so that it gets one that fits nothing. */
const unusedSecret = randomBytes(32).toString("base64url");

/** A client as the engine wants to see it. */
export function clientMetadata(client: Client): AdapterPayload & ClientMetadata {
  return {
    client_id: client.client_id,
    client_secret: unusedSecret,
    token_endpoint_auth_method: "client_secret_basic",
    grant_types: ["client_credentials"],
    response_types: [],
    redirect_uris: [],
  };
}
