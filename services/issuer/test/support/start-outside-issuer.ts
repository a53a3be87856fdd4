import type { RequestListener } from "node:http";
import {
  accessTokenClaims,
  createSigningKey,
  type SigningKey,
  signToken,
} from "@tollgate/shared/testing/signing-keys";
import { startServer } from "@tollgate/shared/testing/start-server";
import type { JWTPayload } from "jose";

export const outsideAudience = "https://api.outside.example";

/** A claim that is undefined is left out. */
type Claims = Record<string, unknown>;

/** Somebody else's issuer: keys over HTTP, its metadata, and tokens like FusionAuth's (`typ: JWT`). */
export async function startOutsideIssuer() {
  const key = await createSigningKey("RS256");
  const requests: string[] = [];
  let answer: RequestListener | undefined;
  const server = await startServer((request, response) => {
    requests.push(request.url ?? "");
    if (answer !== undefined) return answer(request, response);
    const isKeys = request.url === "/keys";
    const metadata = { issuer: server.url, jwks_uri: `${server.url}/keys` };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(isKeys ? { keys: [key.jwk] } : metadata));
  });
  return {
    key,
    issuer: server.url,
    requests,
    /** What it answers instead of its keys; undefined for its keys again. */
    answerWith(listener: RequestListener | undefined) {
      answer = listener;
    },
    token: (claims: Claims = {}, header: object = {}, by: SigningKey = key) =>
      signToken(by, outsideClaims(server.url, claims), { typ: "JWT", ...header }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** As FusionAuth writes them: an authorised party instead of a client, and roles of its own. */
export function outsideClaims(issuer: string, claims: Claims = {}): JWTPayload {
  const { token_use: _, client_id: __, ...common } = accessTokenClaims({ sub: "ada|42" });
  return {
    ...common,
    iss: issuer,
    aud: outsideAudience,
    azp: "their-app",
    scope: "openid bills:read bills:pay",
    roles: ["accountant"],
    org: "acme",
    ...claims,
  };
}
