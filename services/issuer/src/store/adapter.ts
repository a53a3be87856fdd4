import type { AdapterFactory, AdapterPayload } from "oidc-provider";

/**
 * Where the engine looks things up. Clients come from our own registry; nothing else is stored, for
 * a JWT access token of client_credentials leaves no trace. Whatever grant needs a trace must not
 * lose it: anything else is refused aloud.
 */
export function createAdapter(client: (clientId: string) => AdapterPayload): AdapterFactory {
  return function adapter(model) {
    const refuse = async (): Promise<never> => {
      throw new Error(`the engine wants to store a ${model}, and there is no store for it`);
    };
    return {
      find: model === "Client" ? async (clientId) => client(clientId) : refuse,
      findByUid: refuse,
      findByUserCode: refuse,
      upsert: refuse,
      consume: refuse,
      destroy: refuse,
      revokeByGrantId: refuse,
    };
  };
}
