import { createSecretKey, type KeyObject } from "node:crypto";
import { type Env, readConfig } from "@tollgate/shared/config";
import { SignJWT } from "jose";
import type { Around } from "../run-issuer.ts";

export type TutorialConfig = ReturnType<typeof loadTutorialConfig>;

export function loadTutorialConfig(env: Env) {
  const path = "/run/tollgate/tutorial/secret_key";
  return readConfig(env, (read) => ({
    secretKey: read.secretFile("ISSUER_TUTORIAL_SECRET_KEY_FILE", { example: path }, path),
    client: read.text("ISSUER_TUTORIAL_CLIENT", { example: "client" }, "client"),
  }));
}

/** `GET /` answers a token as plain text, to anybody; every other request is the issuer's. */
export function answerRoot({ secretKey, client }: TutorialConfig, now = Date.now): Around {
  const key = createSecretKey(secretKey, "utf8");

  return (issuer) =>
    function answerRoot(request, response) {
      if (request.method !== "GET" || request.url !== "/") return issuer(request, response);
      mintTutorialToken(key, client, Math.floor(now() / 1000)).then(
        (token) => response.writeHead(200, { "content-type": "text/plain" }).end(token),
        (error: Error) => response.destroy(error),
      );
    };
}

/** The claims of the tutorial, and an `iat`: what is minted nowadays says when. */
async function mintTutorialToken(key: KeyObject, client: string, issuedAt: number) {
  return await new SignJWT({ authorized: true, client })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setAudience("billing.jwtgo.io")
    .setIssuer("jwtgo.io")
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + 60)
    .sign(key);
}
