import Router from "@koa/router";
import type { Log } from "@tollgate/shared/log";
import type { requestDuration } from "@tollgate/shared/metrics";
import { identifyRequest } from "@tollgate/shared/middleware/identify-request";
import { logRequest } from "@tollgate/shared/middleware/log-request";
import { reportProblems } from "@tollgate/shared/middleware/report-problems";
import Koa, { type Middleware } from "koa";
import type { AuditTrail } from "./audit/audit-trail.ts";
import { demandAudit } from "./audit/demand-audit.ts";
import type { ClientRest } from "./clients/client-rest.ts";
import type { FindClient } from "./clients/find-client.ts";
import { requireReadableCredentials } from "./clients/require-readable-credentials.ts";
import { watchClients } from "./clients/watch-clients.ts";
import type { ConsentStore } from "./consents/consent-store.ts";
import { federationRoutes } from "./federation/federation-routes.ts";
import type { RecognisePerson } from "./federation/recognise-person.ts";
import { createInteractions } from "./interactions/create-interactions.ts";
import { interactionRoutes } from "./interactions/interaction-routes.ts";
import { showLogout } from "./interactions/logout-pages.ts";
import { showErrors } from "./interactions/show-errors.ts";
import type { SigningKey } from "./keys/signing-key.ts";
import { answerUserinfo } from "./oauth/answer-userinfo.ts";
import { limitBody } from "./oauth/limit-body.ts";
import { matchEndpoint } from "./oauth/match-endpoint.ts";
import { pinOrigin, pinScheme } from "./oauth/pin-origin.ts";
import { publishKeys } from "./oauth/publish-keys.ts";
import { publishMetadata } from "./oauth/publish-metadata.ts";
import { reportOauthErrors } from "./oauth/report-oauth-errors.ts";
import { requireQueryMode } from "./oauth/require-query-mode.ts";
import type { Engine, ProviderConfig } from "./provider.ts";
import { openidScopes } from "./resources/openid-scopes.ts";
import { introspectToken } from "./revocation/introspect-token.ts";
import type { News } from "./revocation/news.ts";
import type { ReadOwnToken } from "./revocation/own-tokens.ts";
import { publishRevocations } from "./revocation/publish-revocations.ts";
import type { RevocationStore } from "./revocation/revocation-store.ts";
import { revokeToken } from "./revocation/revoke-token.ts";
import { answerForJwts } from "./revocation/structured-tokens.ts";
import type { EndSession } from "./sessions/end-session.ts";
import type { EngineStore } from "./store/engine-store.ts";
import type { Users } from "./users/users.ts";

export type IssuerDeps = {
  log: Log;
  duration: ReturnType<typeof requestDuration>;
  /** These two throw `dependency_unavailable` until there are keys. */
  engine: () => Engine;
  keys: () => readonly SigningKey[];
  readOwnToken: ReadOwnToken;
  findClient: FindClient;
  rest: ClientRest;
  revocations: RevocationStore;
  news: News;
  trail: AuditTrail;
  users: Users;
  recognisePerson: RecognisePerson;
  store: EngineStore;
  findUser: Users["find"];
  consents: ConsentStore;
  endSession: EndSession;
  now: () => number;
};

/** The issuer is this list, and the engine sees no request that the endpoints below do not name. */
export function createIssuer(config: ProviderConfig, deps: IssuerDeps): Koa {
  const endpoints = createEndpoints(config, deps);
  // The client's address is the first that the gateway puts into X-Forwarded-For; the last is its own
  // peer's, and so that of everybody who comes through a proxy in front of it.
  const issuer = new Koa({ proxy: true, keys: config.cookieKeys });
  pinScheme(issuer, config.issuer);
  issuer
    .use(identifyRequest(deps.log))
    .use(logRequest(deps.duration))
    .use(reportProblems())
    .use(reportOauthErrors())
    .use(pinOrigin(config.issuer))
    .use(matchEndpoint(endpoints))
    .use(endpoints.routes());
  issuer.on("error", (err) => deps.log.error({ event: "answer_failed", err }, "an answer failed"));
  return issuer;
}

const metadataPaths = [
  "/.well-known/openid-configuration",
  "/.well-known/oauth-authorization-server",
];

function createEndpoints(config: ProviderConfig, deps: IssuerDeps): Router {
  const scopes = [...config.registry.resources.values()].flatMap((resource) => resource.scopes);
  const engine: Middleware = (ctx, next) => deps.engine().middleware(ctx, next);
  const authenticating = [
    limitBody(),
    requireReadableCredentials(config.issuer),
    watchClients(deps.rest),
  ];
  const { readOwnToken, findClient, trail } = deps;
  const acrossOrigins = ["/oauth/token", "/oauth/revoke", "/oauth/userinfo", "/oauth/par"];
  const interactions = createInteractions(config, deps);

  return new Router({ sensitive: true, strict: true })
    .post("/oauth/token", ...authenticating, demandAudit(trail), engine)
    .post("/oauth/par", ...authenticating, engine)
    .post(
      "/oauth/introspect",
      ...authenticating,
      answerForJwts(introspectToken(readOwnToken, findClient)),
      engine,
    )
    .post("/oauth/revoke", ...authenticating, answerForJwts(revokeToken(deps)), engine)
    .options(acrossOrigins, engine)
    .get("/oauth/userinfo", answerUserinfo(deps))
    .post("/oauth/userinfo", answerUserinfo(deps))
    .get("/oauth/authorize", showErrors(), requireQueryMode(), demandAudit(trail), engine)
    .get("/oauth/authorize/:uid", showErrors(), engine)
    .use(interactionRoutes(interactions).routes())
    .use(federationRoutes(config, interactions, deps).routes())
    .get("/oauth/logout", showErrors(), showLogout(deps), engine)
    .post("/oauth/logout/confirm", showErrors(), limitBody(), engine)
    .get("/oauth/logout/success", showErrors(), engine)
    .get("/oauth/jwks", publishKeys(deps.keys))
    .get(metadataPaths, publishMetadata([...openidScopes, ...new Set(scopes)].sort()), engine)
    .get("/internal/revocations", publishRevocations(deps.revocations, deps.news));
}
