import type { Middleware } from "koa";
import { Problem } from "../problem.ts";
import { bearerToken } from "../tokens/bearer-token.ts";
import { bearerChallenge } from "../tokens/token-problems.ts";
import { requireAudience, type VerifyToken } from "../tokens/verify-token.ts";
import type { Authenticated } from "./context.ts";

/** Establishes who is calling. From the next step on, `ctx.state.caller` can be trusted. */
export function authenticate(
  verifyToken: VerifyToken,
  audience: string,
): Middleware<Authenticated> {
  return async function authenticate(ctx, next) {
    try {
      const caller = await verifyToken(bearerToken(ctx.req.rawHeaders));
      requireAudience(caller, audience);
      ctx.state.caller = caller;
    } catch (error) {
      if (error instanceof Problem && error.status < 500) {
        error.headers["www-authenticate"] = bearerChallenge(error, audience);
      }
      throw error;
    }
    await next();
  };
}
