import type { Caller } from "@tollgate/shared/tokens/caller";
import type { Client } from "../clients/client.ts";
import type { Resource } from "../resources/resource.ts";
import type { Rights } from "./find-rights.ts";

/** RFC 8693 section 4.1: who acts now, and for whom that one acted in turn. */
export type Actor = { readonly sub: string; readonly act?: Actor };

export type Exchange = {
  readonly resource: Resource;
  readonly scopes: readonly string[];
  readonly roles: readonly string[];
  /** Seconds. */
  readonly ttl: number;
  readonly act: Actor;
};

export type ExchangeRefusal = {
  readonly refused: "invalid_request" | "invalid_target" | "invalid_scope";
  readonly because: string;
};

export type ExchangeRequest = {
  readonly caller: Client;
  /** What the caller was sent, proven, alive and not revoked. */
  readonly subject: Caller;
  /** Undefined is the caller's only target. */
  readonly target: string | undefined;
  readonly asked: readonly string[];
  /** Who may bring such a token, when it is an outside issuer's: its audience is no resource of ours. */
  readonly bringers?: readonly string[] | undefined;
  /** What the subject may at the target now, not when its token was minted. */
  readonly rightsAt: (resource: string) => Rights | undefined;
  readonly findResource: (identifier: string) => Resource | undefined;
  /** Seconds since 1970. */
  readonly now: number;
};

const longestLife = 120;
const deepestChain = 3;

/**
 * May this service go on with somebody else's token, where to and with what of it? Each answer is at
 * most what the subject had and at most what the caller has: nothing grows by being handed on.
 */
export function judgeExchange(request: ExchangeRequest): Exchange | ExchangeRefusal {
  const { caller, subject, asked, now } = request;
  // A token that was not meant for the caller was stolen, or is being laundered.
  if (!isMeantFor(request)) {
    return refuse("invalid_request", "the subject token is not meant for this client");
  }
  const act = actorOf(caller, subject);
  if (depthOf(act) > deepestChain) {
    return refuse("invalid_request", `${deepestChain} have acted for each other already`);
  }
  const granted = targetOf(request);
  if (granted === undefined) {
    return refuse("invalid_target", "the client may not exchange tokens for this resource");
  }
  const { access, resource } = granted;
  const rights = request.rightsAt(resource.identifier) ?? { roles: [], scopes: [] };
  const left = access.scopes.filter(
    (scope) => subject.scopes.has(scope) && (rights.scopes?.includes(scope) ?? true),
  );
  const excess = asked.find((scope) => !left.includes(scope));
  if (excess !== undefined)
    return refuse("invalid_scope", "the subject or the client lacks a scope");
  if (left.length === 0) return refuse("invalid_scope", "no scope is left of the subject's");

  const rest = Math.floor(subject.expiresAt - now);
  const ttl = Math.min(longestLife, rest, access.ttl ?? resource.ttl);
  if (ttl < 1) return refuse("invalid_request", "the subject token is about to expire");
  const roles = rights.roles.filter((role) => subject.roles.has(role));
  return { resource, scopes: asked.length > 0 ? asked : left, roles, ttl, act };
}

function isMeantFor({ caller, subject, bringers }: ExchangeRequest): boolean {
  if (bringers !== undefined) return bringers.includes(caller.client_id);
  return subject.audience.every((each) => caller.serves.includes(each));
}

function targetOf({ caller, target, findResource }: ExchangeRequest) {
  const allowed = caller.access.filter(({ exchange }) => exchange);
  const access =
    target === undefined && allowed.length === 1
      ? allowed[0]
      : allowed.find((each) => each.resource === target);
  const resource = access && findResource(access.resource);
  return access && resource && { access, resource };
}

function actorOf({ client_id: sub }: Client, { claims }: Caller): Actor {
  return claims.act === undefined ? { sub } : { sub, act: claims.act as Actor }; // ours: we signed it
}

function depthOf({ act }: Actor): number {
  return act === undefined ? 1 : 1 + depthOf(act);
}

function refuse(refused: ExchangeRefusal["refused"], because: string): ExchangeRefusal {
  return { refused, because };
}
