import { Problem } from "@tollgate/shared/problem";
import type Provider from "oidc-provider";
import type { AccessToken, ClientCredentials, errors, KoaContextWithOIDC } from "oidc-provider";
import type { AuditEvent } from "./audit-event.ts";
import type { AuditTrail } from "./audit-trail.ts";

/** What prompt=none is told when a page would be needed. */
const asked = new Set(["login_required", "consent_required", "interaction_required"]);

/** Every token that is minted and every request that is refused; never the token itself. */
export function auditEngine(provider: Provider, trail: AuditTrail): void {
  provider.on("grant.success", (ctx: KoaContextWithOIDC) => {
    const { ClientCredentials: own, AccessToken: token } = ctx.oidc.entities;
    if (own !== undefined) trail.record(ctx.state.log, issued(ctx, own));
    else if (ctx.state.exchanged) trail.record(ctx.state.log, handedOn(ctx, token));
    else if (token !== undefined) trail.record(ctx.state.log, issuedForPerson(ctx, token));
  });
  const refusedAs =
    (event: "token_denied" | "grant_denied" | "session_denied") =>
    (ctx: KoaContextWithOIDC, error: errors.OIDCProviderError) => {
      if (error.error === "unsupported_token_type") return; // it is answered by us: see answerForJwts
      if (asked.has(error.error)) return; // an app that looks whether somebody is logged in
      const { error: title, statusCode: status } = error;
      ctx.state.problem = new Problem(title, { status, title });
      trail.record(ctx.state.log, { event, ...denied(ctx, error) });
    };
  for (const endpoint of ["grant", "introspection", "revocation"]) {
    provider.on(`${endpoint}.error` as "grant.error", refusedAs("token_denied"));
  }
  provider.on("authorization.error", refusedAs("grant_denied"));
  provider.on("pushed_authorization_request.error", refusedAs("grant_denied"));
  provider.on("end_session.error", refusedAs("session_denied"));
  provider.on("end_session_confirm.error", refusedAs("session_denied"));
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
  const { exchanged, subject } = ctx.state;
  return {
    event: "token_exchanged",
    sub: token?.accountId,
    act: exchanged.act,
    subject_jti: subject.jti,
    provider: subject.provider,
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

function denied(ctx: KoaContextWithOIDC, error: errors.OIDCProviderError) {
  const { params } = ctx.oidc;
  return {
    endpoint: ctx.state.route,
    sub: ctx.oidc.session?.accountId,
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
