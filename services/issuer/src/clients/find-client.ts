import { generateKeyPairSync, randomBytes } from "node:crypto";
import type { JWK } from "jose";
import type { AdapterPayload, ClientMetadata } from "oidc-provider";
import { type AuthenticationMethod, type Client, methodOf } from "./client.ts";

/**
 * Stands in for every client that is unknown or disabled, with a secret or a key that nobody has: so
 * that such a client takes the same path, as long, to the same answer as one with a wrong secret. No
 * real client can have its name.
 */
export const nobody: Client = {
  client_id: "(nobody)",
  tenant: undefined,
  enabled: false,
  secrets: [randomBytes(32), randomBytes(32)],
  grant_types: [],
  redirect_uris: [],
  post_logout_redirect_uris: [],
  consent: "ask",
  refresh_grace: 0,
  access: [],
  serves: [],
};

const nobodyWithKeys: Client = { ...nobody, secrets: [], jwks: [keyOfNobody()] };

export type FindClient = (clientId: string) => Client;

/** Finds who is enabled, in what `clients` says at that moment. */
export function createFindClient(clients: () => ReadonlyMap<string, Client>): FindClient {
  return function findClient(clientId) {
    const client = clients().get(clientId);
    return client?.enabled ? client : nobody;
  };
}

/** Whom a request that authenticates in this way is to be compared with. */
export function nobodyBy(method: AuthenticationMethod): Client {
  return method === "private_key_jwt" ? nobodyWithKeys : nobody;
}

/** The engine insists on a secret in clear; ours are hashes, so that it gets one that fits nothing. */
const unusedSecret = randomBytes(32).toString("base64url");

/** A client as the engine wants to see it. */
export function clientMetadata(client: Client): AdapterPayload & ClientMetadata {
  const grants = grantsOf(client);
  return {
    client_id: client.client_id,
    ...credentialsOf(client),
    token_endpoint_auth_method: methodOf(client),
    grant_types: grants,
    response_types: grants.includes("authorization_code") ? ["code"] : [],
    response_modes: ["query"],
    redirect_uris: client.redirect_uris,
    post_logout_redirect_uris: client.post_logout_redirect_uris,
  };
}

function credentialsOf(client: Client): Omit<ClientMetadata, "client_id"> {
  if (client.jwks !== undefined) return { jwks: { keys: client.jwks } as ClientMetadata["jwks"] };
  return methodOf(client) === "none" ? {} : { client_secret: unusedSecret };
}

export const exchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange";

function grantsOf({ grant_types, access }: Client): string[] {
  return [...grant_types, ...(access.some(({ exchange }) => exchange) ? [exchangeGrant] : [])];
}

function keyOfNobody(): NonNullable<Client["jwks"]>[number] {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { ...(publicKey.export({ format: "jwk" }) as JWK), alg: "ES256", use: "sig" };
}
