import { isDatabaseUnavailable } from "@tollgate/shared/postgres/is-database-unavailable";
import type { Middleware } from "koa";
import { dependencyUnavailable } from "../problems.ts";

/** Tells an operator when it is the database that does not answer, and not a bug of ours. */
export function nameOutage(): Middleware {
  return async function nameOutage(_ctx, next) {
    try {
      await next();
    } catch (cause) {
      if (!isDatabaseUnavailable(cause)) throw cause;
      // Not that nothing was changed: of a commit whose answer was lost, nobody here knows.
      const detail = "The database cannot be reached or is too busy: see the log of postgres";
      throw dependencyUnavailable({ detail, cause });
    }
  };
}
