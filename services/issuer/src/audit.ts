import { Problem } from "@tollgate/shared/problem";
import type Provider from "oidc-provider";
import type { ClientCredentials, errors, KoaContextWithOIDC } from "oidc-provider";

/** One line for every token that is minted and every one that is refused; never the token itself. */
export function auditTokens(provider: Provider): void {
  provider.on("grant.success", (ctx: KoaContextWithOIDC) => {
    const token = ctx.oidc.entities.ClientCredentials;
    if (token !== undefined) ctx.state.log.info(issued(ctx, token), "token issued");
  });
  provider.on("grant.error", (ctx: KoaContextWithOIDC, error: errors.OIDCProviderError) => {
    ctx.state.problem = new Problem(error.error, { status: error.statusCode, title: error.error });
    ctx.state.log.warn(denied(ctx, error), "token denied");
  });
  provider.on("server_error", (ctx: KoaContextWithOIDC, err: Error) => {
    ctx.state.problem = new Problem("server_error", { status: 500, title: "a bug" });
    ctx.state.log.error({ event: "request_failed", err }, "the engine failed");
  });
}

function issued(ctx: KoaContextWithOIDC, token: ClientCredentials) {
  return {
    event: "token_issued",
    grant: "client_credentials",
    client_id: token.clientId,
    sub: token.clientId,
    aud: token.aud,
    scope: token.scope ?? "",
    jti: token.jti,
    kid: kidOf(token),
    expires_in: token.expiration,
    ip: ctx.ip,
  };
}

function kidOf({ resourceServer }: ClientCredentials): string | undefined {
  const sign = resourceServer?.jwt?.sign;
  return sign ? sign.kid : undefined;
}

function denied(ctx: KoaContextWithOIDC, error: errors.OIDCProviderError) {
  const { params } = ctx.oidc;
  return {
    event: "token_denied",
    grant: text(params?.grant_type),
    client_id: text(ctx.state.clientId) ?? text(params?.client_id),
    aud: text(params?.resource),
    scope: text(params?.scope),
    error: error.error,
    reason: error.error_detail ?? error.error_description,
    ip: ctx.ip,
  };
}

/** What a caller sent is logged only so far. */
function text(value: unknown): string | undefined {
  return typeof value === "string" ? value.slice(0, 256) : undefined;
}
