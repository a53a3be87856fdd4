import { startServer } from "@tollgate/shared/testing/start-server";
import Provider from "oidc-provider";
import { generateSigningKey } from "../../src/keys/signing-key.ts";
import { createAdapter } from "../../src/store/adapter.ts";
import type { EngineStore } from "../../src/store/engine-store.ts";

const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"; // RFC 7636 appendix B
export const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const redirectUri = "https://app.example/callback";

const clients = {
  confidential: { client_id: "confidential", client_secret: "secret", ...grants() },
  public: { client_id: "public", token_endpoint_auth_method: "none" as const, ...grants() },
};

function grants() {
  return {
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code" as const],
    redirect_uris: [redirectUri],
  };
}

/** The engine alone on our adapter, with the grants of people, to whom codes are simply handed out. */
export async function startEngine(store: EngineStore, now: () => number) {
  const { privateJwk } = await generateSigningKey("ES256", "active", new Date());
  const provider = new Provider("http://engine.test", {
    adapter: createAdapter({
      store,
      findClient: (id) => clients[id as keyof typeof clients],
      refreshGraceMs: ({ clientId }) => (clientId === "public" ? 5_000 : 0),
      endGrant: (grantId) => store.revokeGrant(grantId),
      now,
    }),
    jwks: { keys: [privateJwk as never] },
    cookies: { keys: ["key"] },
    clientDefaults: { id_token_signed_response_alg: "ES256" },
    findAccount: (_ctx, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    features: { devInteractions: { enabled: false } },
  });
  const server = await startServer(provider.callback());

  return {
    /** A code, as after a login; everything of the engine but the pages. */
    async code(client: keyof typeof clients): Promise<string> {
      const person = { accountId: "usr_1", clientId: client };
      const grant = new provider.Grant(person);
      grant.addOIDCScope("openid offline_access");
      const code = new provider.AuthorizationCode({
        ...person,
        grantId: await grant.save(),
        scope: "openid offline_access",
        redirectUri,
        codeChallenge: challenge,
        codeChallengeMethod: "S256",
      } as never);
      return await code.save();
    },
    redeem: (client: keyof typeof clients, code: string) =>
      post(server.url, client, {
        grant_type: "authorization_code",
        code,
        code_verifier: verifier,
        redirect_uri: redirectUri,
      }),
    refresh: (client: keyof typeof clients, refresh_token: string) =>
      post(server.url, client, { grant_type: "refresh_token", refresh_token }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function post(url: string, client: string, form: Record<string, string>) {
  const isPublic = client === "public";
  const response = await fetch(`${url}/token`, {
    method: "POST",
    body: new URLSearchParams(isPublic ? { ...form, client_id: client } : form),
    headers: isPublic ? {} : { authorization: `Basic ${btoa("confidential:secret")}` },
  });
  const body = (await response.json()) as { refresh_token: string; error?: string };
  return { status: response.status, ...body };
}
