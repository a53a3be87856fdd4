import { Problem } from "@tollgate/shared/problem";
import { bearerToken } from "@tollgate/shared/tokens/bearer-token";
import type { Caller } from "@tollgate/shared/tokens/caller";
import { bearerChallenge, tokenProblem } from "@tollgate/shared/tokens/token-problems";
import { requireAudience } from "@tollgate/shared/tokens/verify-token";
import type { GatewayContext, Step } from "../context.ts";
import type { Policy } from "../routes/policy.ts";
import type { ProtectedEntry } from "../routes/schema.ts";

/** Establishes who is calling. From the next step on, `ctx.state.caller` can be trusted. */
export function authenticate(policy: () => Policy): Step {
  return function authenticate(ctx, next) {
    const { guard } = ctx.state.route;
    if (guard === undefined) return next();
    const accept = (caller: Caller) => {
      checkCaller(caller, guard);
      ctx.state.caller = caller;
    };
    const refuse = (error: unknown): never => {
      throw withChallenge(error, guard.audience);
    };
    try {
      // A known token is answered at once; only one that must be looked into is waited for.
      const verified = policy().proveToken(tokenOf(ctx, guard), ctx.req.socket);
      if (verified instanceof Promise) {
        return verified.then(accept).catch(refuse).then(next);
      }
      accept(verified);
    } catch (error) {
      refuse(error);
    }
    return next();
  };
}

function tokenOf({ req, state }: GatewayContext, guard: ProtectedEntry): string {
  if (guard.tutorial !== undefined)
    return tutorialToken(req.rawHeaders, guard.tutorial.token_header);
  // RFC 6750 section 5.3: a token in a URL ends up in logs; accepting it would teach people to.
  if (hasTokenInQuery(state.target.query)) {
    throw tokenProblem("token_ambiguous", { detail: "A token must not be sent in the URL" });
  }
  return bearerToken(req.rawHeaders);
}

/** However the name is encoded: the next server decodes it, and might prefer what it finds there. */
function hasTokenInQuery(query: string): boolean {
  if (!query.includes("%")) return /[?&;]access_token(?:[=&;]|$)/.test(query);
  return new URLSearchParams(query.replaceAll(";", "&")).has("access_token");
}

/** The tutorial sends the bare token in a header of its own. */
function tutorialToken(rawHeaders: readonly string[], header: string): string {
  const name = header.toLowerCase();
  const isToken = (index: number) => rawHeaders[index]?.toLowerCase() === name;
  const tokens = rawHeaders.filter((_, index) => index % 2 === 1 && isToken(index - 1));
  const [token] = tokens;
  if (tokens.length > 1) throw tokenProblem("token_ambiguous");
  if (token === undefined || token === "") throw tokenProblem("token_missing");
  return token;
}

/** The same proof is good for one route and not for another: judged anew on every request. */
function checkCaller(caller: Caller, guard: ProtectedEntry): void {
  if (guard.issuers !== undefined && !guard.issuers.includes(caller.issuer)) {
    throw tokenProblem("token_issuer_unknown");
  }
  requireAudience(caller, guard.audience);
}

/** RFC 6750 section 3.1 has codes for these, and for no other. */
const challenged = new Set([400, 401, 403]);

function withChallenge(error: unknown, realm: string): unknown {
  if (error instanceof Problem && challenged.has(error.status)) {
    error.headers["www-authenticate"] = bearerChallenge(error, realm);
  }
  return error;
}
