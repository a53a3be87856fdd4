import { createSecretKey } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { type Env, readConfig } from "@tollgate/shared/config";
import { Problem } from "@tollgate/shared/problem";
import { tokenProblem } from "@tollgate/shared/tokens/token-problems";
import {
  createTokenVerifier,
  requireAudience,
  type VerifyToken,
} from "@tollgate/shared/tokens/verify-token";

export function loadTutorialConfig(env: Env) {
  const path = "/run/tollgate/tutorial/secret_key";
  return readConfig(env, (read) => ({
    secretKey: read.secretFile("BILLING_TUTORIAL_SECRET_KEY_FILE", { example: path }, path),
  }));
}

const issuer = "jwtgo.io";
const audience = "billing.jwtgo.io";

/** Verifies what the tutorial's issuer mints: HS256 with the secret that both of them know. */
export function tutorialVerifier(secretKey: string, now: () => number = Date.now): VerifyToken {
  const key = createSecretKey(Buffer.from(secretKey, "utf8"));
  const policy = {
    issuer,
    algorithms: ["HS256"],
    tokenTypes: ["JWT"],
    maxLifetimeSeconds: 300,
    clockToleranceSeconds: 0,
  };
  return createTokenVerifier([{ policy, findKey: () => ({ algorithm: "HS256", key }) }], now);
}

/** The tutorial's `GET /`, in front of the API: the secret for a valid Token header, else 401. */
export function answerSecret(verifyToken: VerifyToken) {
  return (api: RequestListener): RequestListener =>
    async function answerSecret(request, response) {
      const path = request.url?.split("?", 1)[0];
      if (path !== "/" || !["GET", "HEAD"].includes(request.method ?? "")) {
        return api(request, response);
      }
      try {
        requireAudience(await verifyToken(tokenHeader(request)), audience);
        answer(response, 200, "Super Secret Information");
      } catch (error) {
        if (error instanceof Problem) answer(response, error.status, textOf(error));
        else answer(response, 500, "Something went wrong on our side");
      }
    };
}

/** The gateway says the same: which of the two refuses first is a matter of milliseconds. */
function textOf({ code, title }: Problem): string {
  return code === "token_expired" ? "Token is expired" : title;
}

function tokenHeader({ headers }: IncomingMessage): string {
  const { token } = headers;
  if (typeof token === "string" && token !== "") return token;
  throw tokenProblem("token_missing");
}

function answer(response: ServerResponse, status: number, text: string): void {
  const headers = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" };
  response.writeHead(status, headers).end(text);
}
