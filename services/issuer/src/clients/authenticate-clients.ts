import Provider, { type AdapterPayload, errors, type KoaContextWithOIDC } from "oidc-provider";
import type { BackOff } from "../limits/back-off.ts";
import { type AuthenticationMethod, methodOf } from "./client.ts";
import { clientMetadata, type FindClient, nobody, nobodyBy } from "./find-client.ts";
import { isSecretOf } from "./secret-hash.ts";

/**
 * The client that the engine compares a request's credentials with. Unknown, disabled, resting, or
 * authenticating in another way than it does: each is nobody, who takes as long to refuse.
 */
export function createClientLookup(findClient: FindClient, rest: ClientRest) {
  return function lookUpClient(clientId: string): AdapterPayload | undefined {
    const client = findClient(clientId);
    const request = Provider.ctx;
    const method = request && methodUsed(request);
    if (request === undefined || method === undefined) {
      return client === nobody ? undefined : clientMetadata(client);
    }
    request.state.clientId = clientId;
    const known = methodOf(client) === method && !rest.isResting(clientId, request.ip);
    return clientMetadata(known ? client : nobodyBy(method));
  };
}

/** Undefined for a request that brings nothing to authenticate with. */
function methodUsed({ oidc, headers }: KoaContextWithOIDC): AuthenticationMethod | undefined {
  if (oidc.params?.client_assertion !== undefined) return "private_key_jwt";
  return headers.authorization === undefined ? undefined : "client_secret_basic";
}

/** The engine compares secrets in clear unless it is told otherwise; we hold hashes only. */
export function useHashedSecrets(provider: Provider, findClient: FindClient): void {
  provider.Client.prototype.compareClientSecret = function compareClientSecret(secret: string) {
    // RFC 6749 section 2.3: one way to authenticate a request, and a body is not ours.
    if (Provider.ctx?.oidc.body?.client_secret !== undefined) {
      throw new errors.InvalidRequest("the client secret must not be in the body");
    }
    const proven = isSecretOf(secret, findClient(this.clientId).secrets);
    if (proven && Provider.ctx) Provider.ctx.state.proven = true;
    return proven;
  };
}

export type ClientRest = ReturnType<typeof createClientRest>;

/** Who has failed too often: a client at one address, and an address with any clients. */
export function createClientRest(perClient: BackOff, perAddress: BackOff) {
  const at = (clientId: string, ip: string) => `${clientId} ${ip}`;
  return {
    isResting: (clientId: string, ip: string) =>
      perClient.isResting(at(clientId, ip)) || perAddress.isResting(ip),
    failed(clientId: string, ip: string): void {
      perClient.failed(at(clientId, ip));
      perAddress.failed(ip);
    },
    succeeded: (clientId: string, ip: string): void => perClient.succeeded(at(clientId, ip)),
  };
}
