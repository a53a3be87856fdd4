import { Problem } from "@tollgate/shared/problem";
import type Provider from "oidc-provider";
import type { AccessToken, ClientCredentials, errors, KoaContextWithOIDC } from "oidc-provider";
import type { AuditEvent } from "./audit-event.ts";
import type { AuditTrail } from "./audit-trail.ts";

/** Every token that is minted and every request that is refused; never the token itself. */
export function auditEngine(provider: Provider, trail: AuditTrail): void {
  provider.on("grant.success", (ctx: KoaContextWithOIDC) => {
    const { ClientCredentials: own, AccessToken: token } = ctx.oidc.entities;
    if (own !== undefined) trail.record(ctx.state.log, issued(ctx, own));
    else if (ctx.state.exchanged) trail.record(ctx.state.log, handedOn(ctx, token));
    else if (token !== undefined) trail.record(ctx.state.log, issuedForPerson(ctx, token));
  });
  const refused = (ctx: KoaContextWithOIDC, error: errors.OIDCProviderError) => {
    if (error.error === "unsupported_token_type") return; // it is answered by us: see answerForJwts
    ctx.state.problem = new Problem(error.error, { status: error.statusCode, title: error.error });
    trail.record(ctx.state.log, denied(ctx, error));
  };
  provider.on("grant.error", refused);
  provider.on("introspection.error", refused);
  provider.on("authorization.error", refused);
  provider.on("pushed_authorization_request.error", refused);
  provider.on("end_session.error", refused);
  provider.on("end_session_confirm.error", refused);
  provider.on("revocation.error", refused);
  provider.on("server_error", (ctx: KoaContextWithOIDC, err: Error) => {
    ctx.state.problem = new Problem("server_error", { status: 500, title: "a bug" });
    ctx.state.log.error({ event: "request_failed", err }, "the engine failed");
  });
}

function issued(ctx: KoaContextWithOIDC, token: ClientCredentials): AuditEvent {
  const sub = token.clientId;
  return { event: "token_issued", grant: "client_credentials", sub, ...described(ctx, token) };
}

function issuedForPerson(ctx: KoaContextWithOIDC, token: AccessToken): AuditEvent {
  return {
    event: "token_issued",
    grant: text(ctx.oidc.params?.grant_type),
    sub: token.accountId,
    sid: token.grantId,
    ...described(ctx, token),
  };
}

/** Who acted for whom, and with which token. */
function handedOn(ctx: KoaContextWithOIDC, token: AccessToken | undefined): AuditEvent {
  const { exchanged, subjectTokenId } = ctx.state;
  return {
    event: "token_exchanged",
    sub: token?.accountId,
    act: exchanged.act,
    subject_jti: subjectTokenId,
    ...(token && described(ctx, token)),
  };
}

function described(ctx: KoaContextWithOIDC, token: AccessToken | ClientCredentials) {
  return {
    client_id: token.clientId,
    aud: token.aud,
    scope: token.scope ?? "",
    jti: token.jti,
    kid: kidOf(token),
    expires_in: token.expiration,
    ip: ctx.ip,
    request_id: ctx.state.requestId,
  };
}

function kidOf({ resourceServer }: AccessToken | ClientCredentials): string | undefined {
  const sign = resourceServer?.jwt?.sign;
  return sign ? sign.kid : undefined;
}

function denied(ctx: KoaContextWithOIDC, error: errors.OIDCProviderError): AuditEvent {
  const { params } = ctx.oidc;
  return {
    event: "token_denied",
    endpoint: ctx.path,
    grant: text(params?.grant_type),
    client_id: text(ctx.state.clientId) ?? text(params?.client_id),
    aud: text(params?.resource),
    scope: text(params?.scope),
    error: error.error,
    reason: error.error_detail ?? error.error_description,
    ip: ctx.ip,
    request_id: ctx.state.requestId,
  };
}

/** What a caller sent is recorded only so far. */
function text(value: unknown): string | undefined {
  return typeof value === "string" ? value.slice(0, 256) : undefined;
}
