import { Problem } from "@tollgate/shared/problem";
import { bearerChallenge } from "@tollgate/shared/tokens/token-problems";
import type { Step } from "../context.ts";
import type { Revocations } from "../revocation/revocations.ts";

/** Was the token, its subject, session, client or key revoked since it was minted? Asked every time. */
export function checkRevocation(revocations: Pick<Revocations, "check">): Step {
  return function checkRevocation(ctx, next) {
    const { caller, route } = ctx.state;
    if (caller === undefined) return next();
    try {
      revocations.check(caller);
    } catch (error) {
      if (error instanceof Problem && error.status === 401) {
        error.headers["www-authenticate"] = bearerChallenge(error, route.guard?.audience ?? "");
      }
      throw error;
    }
    return next();
  };
}
