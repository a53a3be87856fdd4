import type { Caller } from "@tollgate/shared/tokens/caller";
import type { Client } from "../clients/client.ts";
import type { FindClient } from "../clients/find-client.ts";
import type { ReadOwnToken } from "./own-tokens.ts";
import type { StructuredRequest } from "./structured-tokens.ts";

/**
 * RFC 7662 for our JWTs. Only the client that a token was minted for and the services that it is meant
 * for learn anything; for all others it is as inactive as nonsense (section 2.2; CVE-2026-37979).
 */
export function introspectToken(readOwnToken: ReadOwnToken, findClient: FindClient) {
  return async function introspectToken({ ctx, clientId, token }: StructuredRequest) {
    const caller = await readOwnToken(token);
    const allowed = caller !== undefined && mayIntrospect(findClient(clientId), caller);
    ctx.body = allowed
      ? { active: true, token_type: "Bearer", ...caller.claims }
      : { active: false };
  };
}

function mayIntrospect(client: Client, { clientId, audience }: Caller): boolean {
  return clientId === client.client_id || audience.some((each) => client.serves.includes(each));
}
