import { Problem } from "@tollgate/shared/problem";
import type { Caller } from "@tollgate/shared/tokens/caller";
import type Provider from "oidc-provider";
import { errors, type TokenEndpointGrantContext } from "oidc-provider";
import { exchangeGrant, type FindClient } from "../clients/find-client.ts";
import type { Registry } from "../issuer-file.ts";
import type { SigningKey } from "../keys/signing-key.ts";
import { resourceServerOf, scopesOf } from "../resources/resource-indicators.ts";
import type { ReadOwnToken } from "../revocation/own-tokens.ts";
import type { FindRights } from "./find-rights.ts";
import { type Exchange, judgeExchange } from "./judge-exchange.ts";
import type { OutsideSubject, ReadOutsideToken } from "./read-outside-token.ts";

export type ExchangeDeps = {
  registry: Registry;
  findClient: FindClient;
  readOwnToken: ReadOwnToken;
  readOutsideToken: ReadOutsideToken;
  findRights: FindRights;
  now: () => number;
};

const accessToken = "urn:ietf:params:oauth:token-type:access_token";
const notAcceptable = "the subject token is not acceptable";
const parameters = [
  ...["subject_token", "subject_token_type", "actor_token", "actor_token_type"],
  ...["requested_token_type", "resource", "audience", "scope"],
];

type Context = TokenEndpointGrantContext<Record<string, string | undefined>>;

/** RFC 8693 at the token endpoint: the engine has authenticated the caller, the policy judges. */
export function exchangeTokens(
  provider: Provider,
  keys: readonly SigningKey[],
  deps: ExchangeDeps,
): void {
  provider.registerGrantType<Record<string, string | undefined>>(
    exchangeGrant,
    async function exchangeToken(ctx) {
      const sent = await subjectOf(ctx, deps);
      const { subject, outside } = sent;
      const exchange = judge(ctx, sent, deps);
      ctx.state.exchanged = { ...claimsOf(subject, exchange) };
      ctx.state.subject = { jti: subject.tokenId, provider: outside?.provider };
      const token = new provider.AccessToken({
        client: ctx.oidc.client,
        accountId: subject.subject,
        expiresIn: exchange.ttl,
        scope: exchange.scopes.join(" "),
        gty: "token_exchange",
      } as never); // the type asks for a grant of a login, which there is none of
      token.resourceServer = new provider.ResourceServer(
        exchange.resource.identifier,
        resourceServerOf(exchange, keys),
      );
      ctx.oidc.entity("AccessToken", token);
      ctx.body = {
        access_token: await token.save(),
        issued_token_type: accessToken,
        token_type: "Bearer",
        expires_in: exchange.ttl,
        scope: exchange.scopes.join(" "),
      };
    },
    parameters,
  );
}

type Subject = { subject: Caller; outside?: OutsideSubject };

/** Section 2.1: an access token of ours or of a provider's, and nothing that speaks of somebody else. */
async function subjectOf({ oidc }: Context, deps: ExchangeDeps): Promise<Subject> {
  const { params } = oidc;
  if (params.actor_token !== undefined || params.actor_token_type !== undefined) {
    throw new errors.InvalidRequest("the actor is the client itself: no actor_token");
  }
  if (params.audience !== undefined) throw new errors.InvalidTarget("name it as resource");
  if ((params.requested_token_type ?? accessToken) !== accessToken) {
    throw new errors.InvalidRequest("only an access token can be requested");
  }
  // An ID token says who logged in, a refresh token is its client's: neither was sent to be handed on.
  if (params.subject_token_type !== accessToken) {
    throw new errors.InvalidRequest("the subject token must be an access token");
  }
  const token = params.subject_token ?? "";
  const outside = await deps.readOutsideToken(token).catch(refuse);
  if (outside !== undefined) return { subject: outside.caller, outside };
  const subject = await deps.readOwnToken(token).catch(refuse);
  if (subject === undefined || subject.audience.some((each) => !deps.findRights(subject, each))) {
    throw new errors.InvalidRequest(notAcceptable);
  }
  return { subject };
}

/** The reason is the audit's alone: who sends tokens to see what happens learns nothing. */
function refuse(error: unknown): never {
  if (!(error instanceof Problem)) throw error;
  const detail = error.detail === undefined ? error.code : `${error.code}: ${error.detail}`;
  if (error.status < 500) throw new errors.InvalidRequest(notAcceptable, 400, detail);
  const away = new errors.TemporarilyUnavailable("the subject token cannot be judged now", detail);
  throw Object.assign(away, { status: 503, statusCode: 503 });
}

function judge({ oidc }: Context, { subject, outside }: Subject, deps: ExchangeDeps): Exchange {
  const judged = judgeExchange({
    caller: deps.findClient(oidc.client.clientId),
    subject,
    target: oidc.params.resource as string | undefined,
    asked: scopesOf(oidc.params.scope),
    bringers: outside?.bringers,
    rightsAt: (resource) => outside?.accessAt(resource) ?? deps.findRights(subject, resource),
    findResource: (identifier) => deps.registry.resources.get(identifier),
    now: deps.now() / 1_000,
  });
  if (!("refused" in judged)) return judged;
  const { refused, because } = judged;
  if (refused === "invalid_target") throw new errors.InvalidTarget(because);
  if (refused === "invalid_scope") throw new errors.InvalidScope(because, oidc.params.scope ?? "");
  throw new errors.InvalidRequest(because);
}

/** What stays the subject's own, so that what ends its session ends this token too. */
function claimsOf({ claims }: Caller, { act, roles }: Exchange) {
  const kept = ["tenant", "token_use", "auth_time", "amr", "sid"] as const;
  const named = kept.flatMap((name) => (claims[name] === undefined ? [] : [[name, claims[name]]]));
  return { ...Object.fromEntries(named), roles, act };
}
