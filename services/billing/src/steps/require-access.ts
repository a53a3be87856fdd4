import type { Problem } from "@tollgate/shared/problem";
import type { Caller } from "@tollgate/shared/tokens/caller";
import { bearerChallenge, tokenProblem } from "@tollgate/shared/tokens/token-problems";
import type { Middleware } from "koa";
import type { BillingState } from "../context.ts";
import type { Endpoint, Role, Scope } from "../endpoint.ts";
import type { Principal } from "../principal.ts";
import { problem } from "../problems.ts";

export type Access = { scope: Scope; roles: readonly Role[] };

/**
 * Two keys open a door: the scope (what the client may do) and, for people, the role (what the
 * person may do). Leaves the principal, whose tenant comes from the token and from nowhere else.
 */
export function requireAccess(access: Access, realm: string): Middleware<BillingState> {
  return async function requireAccess(ctx, next) {
    try {
      ctx.state.principal = principalOf(ctx.state.caller, access);
    } catch (error) {
      challenge(error as Problem, realm, access.scope);
      throw error;
    }
    await next();
  };
}

/** Judges once more by the body, before anything is looked up: some of what it asks takes more. */
export function requireAccessFor(endpoint: Endpoint, realm: string): Middleware<BillingState> {
  return async function requireAccessFor(ctx, next) {
    const roles = endpoint.rolesFor?.(ctx.state.body) ?? endpoint.roles;
    await requireAccess({ scope: endpoint.scope, roles }, realm)(ctx, next);
  };
}

function challenge(refusal: Problem, realm: string, scope: Scope): void {
  const needed = refusal.status === 403 ? scope : undefined;
  refusal.headers["www-authenticate"] = bearerChallenge(refusal, realm, needed);
}

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
const name = /^[^\p{Cc}]{1,255}$/u;

/** Judges a caller, or throws the 401 or 403 that says why not. */
export function principalOf(caller: Caller, { scope, roles }: Access): Principal {
  const { subject, clientId, tenant } = caller;
  // RFC 9068 section 2.2 requires both, and what a caller did is kept under both.
  if (!name.test(subject) || !name.test(clientId)) {
    throw tokenProblem("token_claims_invalid", { detail: "It must name its sub and client_id" });
  }
  if (!caller.scopes.has(scope)) {
    throw tokenProblem("scope_missing", { detail: `The scope ${scope} is needed` });
  }
  const access = accessOf(caller, roles);
  if (tenant === undefined || !uuid.test(tenant)) throw problem("tenant_missing");
  return {
    tenant: tenant.toLowerCase(),
    subject,
    clientId,
    access,
    isService: caller.tokenUse === "service",
  };
}

/** Without roles a person may nothing, so that a missing claim never widens power. */
function accessOf({ tokenUse, roles: held }: Caller, allowed: readonly Role[]) {
  if (tokenUse === "service") return "staff";
  if (tokenUse !== "user") throw tokenProblem("token_use_not_allowed");
  if (held.has("owner")) return "staff";
  if (allowed.some((role) => role !== "customer" && held.has(role))) return "staff";
  if (allowed.includes("customer") && held.has("customer")) return "self";
  const detail = `One of these roles is needed: ${["owner", ...allowed].join(", ")}`;
  throw tokenProblem("role_missing", { detail });
}
