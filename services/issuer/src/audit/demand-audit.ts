import type { Middleware } from "koa";
import type { AuditTrail } from "./audit-trail.ts";

/** No token without a trace: while the trail is full, 503. */
export function demandAudit(trail: AuditTrail): Middleware {
  return async function demandAudit(_ctx, next) {
    trail.demandRoom();
    await next();
  };
}
