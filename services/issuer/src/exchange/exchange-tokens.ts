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

export type ExchangeDeps = {
  registry: Registry;
  findClient: FindClient;
  readOwnToken: ReadOwnToken;
  findRights: FindRights;
  now: () => number;
};

const accessToken = "urn:ietf:params:oauth:token-type:access_token";
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
      const subject = await subjectOf(ctx, deps);
      const exchange = judge(ctx, subject, deps);
      ctx.state.exchanged = { ...claimsOf(subject, exchange) };
      ctx.state.subjectTokenId = subject.tokenId;
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

/** Section 2.1: an access token of ours, and nothing that would speak of somebody else. */
async function subjectOf({ oidc }: Context, { readOwnToken, findRights }: ExchangeDeps) {
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
  const subject = await readOwnToken(params.subject_token ?? "");
  if (subject === undefined || subject.audience.some((each) => !findRights(subject, each))) {
    throw new errors.InvalidRequest("the subject token is not acceptable");
  }
  return subject;
}

function judge({ oidc }: Context, subject: Caller, deps: ExchangeDeps): Exchange {
  const judged = judgeExchange({
    caller: deps.findClient(oidc.client.clientId),
    subject,
    target: oidc.params.resource as string | undefined,
    asked: scopesOf(oidc.params.scope),
    rightsAt: (resource) => deps.findRights(subject, resource),
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
