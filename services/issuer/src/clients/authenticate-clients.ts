import Provider, { type AdapterPayload, errors, type KoaContextWithOIDC } from "oidc-provider";
import { type AuthenticationMethod, methodOf } from "./client.ts";
import type { ClientRest } from "./client-rest.ts";
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
    request.state.resting = rest.isResting(clientId, request.ip);
    const known = methodOf(client) === method && !request.state.resting;
    return clientMetadata(known ? client : nobodyBy(method));
  };
}

/** Undefined for a request that brings nothing to authenticate with. */
function methodUsed({ oidc, headers }: KoaContextWithOIDC): AuthenticationMethod | undefined {
  if (oidc.params?.client_assertion !== undefined) return "private_key_jwt";
  return headers.authorization === undefined ? undefined : "client_secret_basic";
}

/**
 * The engine compares secrets in clear unless it is told otherwise; we hold hashes only. Between the
 * look at who rests and the count of a wrong secret nothing else happens: a burst slips by neither.
 */
export function useHashedSecrets(
  provider: Provider,
  findClient: FindClient,
  rest: ClientRest,
): void {
  provider.Client.prototype.compareClientSecret = function compareClientSecret(secret: string) {
    const request = Provider.ctx;
    // RFC 6749 section 2.3: one way to authenticate a request, and a body is not ours.
    if (request?.oidc.body?.client_secret !== undefined) {
      throw new errors.InvalidRequest("the client secret must not be in the body");
    }
    const claimed: string = request?.state.clientId ?? this.clientId;
    const resting = request !== undefined && rest.isResting(claimed, request.ip);
    const proven = isSecretOf(secret, (resting ? nobody : findClient(this.clientId)).secrets);
    if (request === undefined) return proven;
    request.state.resting = resting;
    if (proven) request.state.proven = true;
    else if (!resting) rest.missed(claimed, request.ip);
    return proven;
  };
}
