import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import {
  createSigningKey,
  type SigningKey,
  signToken,
} from "@tollgate/shared/testing/signing-keys";
import { startServer } from "@tollgate/shared/testing/start-server";

export const outsideClient = { id: "tollgate at theirs", secret: "s3cret: with/odd=chars%" };

type Claims = Record<string, unknown>;
type Changes = { claims?: Claims; header?: object; key?: SigningKey; metadata?: Claims };
type Asked = Record<string, string>;

/** An OpenID provider as a relying party sees it. Its person is whoever the test says. */
export async function startOutsideProvider() {
  const key = await createSigningKey("RS256");
  const codes = new Map<string, { asked: Asked; changes: Changes }>();
  let answer: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  let metadataChanges: Claims = {};
  const redeemed: string[] = [];

  const server = await startServer(async (request, response) => {
    if (answer !== undefined) return void answer(request, response);
    response.setHeader("content-type", "application/json");
    if (request.url === "/token") return await redeem(request, response);
    const isKeys = request.url === "/keys";
    const said = isKeys ? { keys: [key.jwk] } : { ...metadata(), ...metadataChanges };
    response.end(JSON.stringify(said));
  });

  const metadata = () => ({
    issuer: server.url,
    authorization_endpoint: `${server.url}/authorize`,
    token_endpoint: `${server.url}/token`,
    jwks_uri: `${server.url}/keys`,
    authorization_response_iss_parameter_supported: true,
  });

  async function redeem(request: IncomingMessage, response: ServerResponse) {
    const form = new URLSearchParams(await text(request));
    const code = form.get("code") ?? "";
    const login = codes.get(code);
    codes.delete(code);
    redeemed.push(code);
    const verified = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    const isGood =
      login?.asked.code_challenge === verified &&
      login.asked.redirect_uri === form.get("redirect_uri") &&
      request.headers.authorization === credentials;
    if (!isGood) return void response.writeHead(400).end('{"error":"invalid_grant"}');
    const { claims = {}, header = {}, key: by = key } = login.changes;
    const now = Math.floor(Date.now() / 1_000);
    const idToken = {
      ...{ iss: server.url, aud: outsideClient.id, sub: "00u-ada", nonce: login.asked.nonce },
      ...{ iat: now, exp: now + 60, auth_time: now - 5, amr: ["hwk"], acr: "gold" },
      ...claims,
    };
    const id_token = await signToken(by, idToken, { typ: undefined, ...header });
    response.end(
      JSON.stringify({ access_token: "theirs", token_type: "Bearer", expires_in: 60, id_token }),
    );
  }

  return {
    key,
    issuer: server.url,
    redeemed,
    answerWith(listener: typeof answer) {
      answer = listener;
    },
    changeMetadata(changes: Claims) {
      metadataChanges = changes;
    },
    /** What the person's browser is sent back with, once they have logged in there. */
    approve(location: string, changes: Changes = {}): Asked {
      const asked = Object.fromEntries(new URL(location).searchParams);
      const code = `code-${asked.state}`;
      codes.set(code, { asked, changes });
      return { code, state: asked.state ?? "", iss: server.url };
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const credentials = `Basic ${Buffer.from(
  [outsideClient.id, outsideClient.secret]
    .map((half) => new URLSearchParams({ half }).toString().slice(5))
    .join(":"),
).toString("base64")}`;
