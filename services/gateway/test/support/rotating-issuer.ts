import type { ServerResponse } from "node:http";
import {
  accessTokenClaims,
  createSigningKey,
  type SigningKey,
  signToken,
} from "@tollgate/shared/testing/signing-keys";
import { startServer } from "@tollgate/shared/testing/start-server";
import type { JWTPayload } from "jose";

/** An issuer whose keys come and go, and whose JWKS endpoint can be made to misbehave. */
export async function startRotatingIssuer() {
  const state = {
    published: [await createSigningKey()],
    /** Answers in place of the keys. */
    misbehave: undefined as ((response: ServerResponse) => void) | undefined,
  };
  let requests = 0;
  let waiting: (() => void)[] = [];
  const server = await startServer((_request, response) => {
    requests += 1;
    if (state.misbehave === undefined) {
      response.end(JSON.stringify({ keys: state.published.map(({ jwk }) => jwk) }));
    } else state.misbehave(response);
    for (const wake of waiting.splice(0)) wake();
  });
  return {
    state,
    issuer: server.url,
    jwksUri: `${server.url}/jwks`,
    requests: () => requests,
    /** The next time that its keys are asked for. */
    nextRequest: () =>
      new Promise<void>((resolve) => {
        waiting = [...waiting, resolve];
      }),
    token: (key: SigningKey, claims: JWTPayload = {}, header: object = {}) =>
      signToken(key, accessTokenClaims({ iss: server.url, ...claims }), header),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
