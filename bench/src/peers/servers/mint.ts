import { hash, timingSafeEqual } from "node:crypto";
import { text } from "node:stream/consumers";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import Koa, { type Context } from "koa";

/**
 * What a team would write by hand for services alone: one endpoint, one key, one client. Basic with a
 * hashed secret, the resource and the scope checked, ES256; no log, no audit, no store, no rotation.
 */
const settings = JSON.parse(process.env.MINT_SETTINGS ?? "{}") as {
  port: number;
  issuer: string;
  clientId: string;
  secretSha256: string;
  resource: string;
  scopes: string[];
};
const digest = Buffer.from(settings.secretSha256, "hex");
const { privateKey, publicKey } = await generateKeyPair("ES256");
const kid = "by-hand";
const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid, alg: "ES256", use: "sig" }] };

class Refusal extends Error {
  readonly status: number;
  constructor(status: number, error: string) {
    super(error);
    this.status = status;
  }
}

/** RFC 6749 section 2.3.1. */
function authenticate(authorization: string): string {
  const encoded = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(authorization)?.[1] ?? "";
  const [id, secret] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  const presented = hash("sha256", decodeURIComponent(secret ?? ""), "buffer");
  if (!timingSafeEqual(presented, digest) || id !== settings.clientId) {
    throw new Refusal(401, "invalid_client");
  }
  return id;
}

function grantedScope(form: URLSearchParams): string {
  if (form.get("grant_type") !== "client_credentials") {
    throw new Refusal(400, "unsupported_grant_type");
  }
  if (form.get("resource") !== settings.resource) throw new Refusal(400, "invalid_target");
  const asked = form.get("scope")?.split(" ") ?? settings.scopes;
  if (!asked.every((scope) => settings.scopes.includes(scope))) {
    throw new Refusal(400, "invalid_scope");
  }
  return asked.join(" ");
}

async function answerToken(ctx: Context): Promise<void> {
  const clientId = authenticate(ctx.get("authorization"));
  const scope = grantedScope(new URLSearchParams(await text(ctx.req)));
  const claims = { client_id: clientId, scope, roles: [], token_use: "service" };
  const access_token = await new SignJWT(claims)
    .setProtectedHeader({ alg: "ES256", kid, typ: "at+jwt" })
    .setIssuer(settings.issuer)
    .setAudience(settings.resource)
    .setSubject(clientId)
    .setJti(crypto.randomUUID())
    .setIssuedAt()
    .setExpirationTime("300s")
    .sign(privateKey);
  ctx.set("cache-control", "no-store");
  ctx.body = { access_token, expires_in: 300, scope, token_type: "Bearer" };
}

const app = new Koa().use(async function answer(ctx) {
  if (ctx.path === "/oauth/jwks") {
    ctx.body = jwks;
    return;
  }
  try {
    if (ctx.method === "POST" && ctx.path === "/oauth/token") await answerToken(ctx);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    ctx.status = error.status;
    ctx.body = { error: error.message };
  }
});
app.listen(settings.port, "127.0.0.1").keepAliveTimeout = 65_000;
