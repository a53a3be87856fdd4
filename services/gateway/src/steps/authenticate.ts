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
      const source = ctx.req.socket.remoteAddress ?? "";
      const verified = policy().proveToken(tokenOf(ctx, guard), source);
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
  if (/[?&]access_token=/.test(state.target.query)) {
    throw tokenProblem("token_ambiguous", { detail: "A token must not be sent in the URL" });
  }
  return bearerToken(req.rawHeaders);
}

/** The tutorial sends the bare token in a header of its own. */
function tutorialToken(rawHeaders: readonly string[], header: string): string {
  const name = header.toLowerCase();
  const at = rawHeaders.findIndex((each, index) => index % 2 === 0 && each.toLowerCase() === name);
  const token = at < 0 ? "" : (rawHeaders[at + 1] as string);
  if (token === "") throw tokenProblem("token_missing");
  return token;
}

/** The same proof is good for one route and not for another: judged anew on every request. */
function checkCaller(caller: Caller, guard: ProtectedEntry): void {
  if (guard.issuers !== undefined && !guard.issuers.includes(caller.issuer)) {
    throw tokenProblem("token_issuer_unknown");
  }
  requireAudience(caller, guard.audience);
}

function withChallenge(error: unknown, realm: string): unknown {
  if (error instanceof Problem && error.status < 500) {
    error.headers["www-authenticate"] = bearerChallenge(error, realm);
  }
  return error;
}
