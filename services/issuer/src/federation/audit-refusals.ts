import type { Middleware } from "koa";
import type { AuditTrail } from "../audit/audit-trail.ts";
import { reasonOf } from "./login-refusal.ts";

/** An outside login that came to nothing is one line and one row; the browser sees the page alone. */
export function auditRefusals(trail: AuditTrail): Middleware {
  return async function auditRefusals(ctx, next) {
    try {
      await next();
    } catch (error) {
      const reason = reasonOf(error);
      if (reason !== undefined) {
        trail.record(ctx.state.log, {
          event: "login_failed",
          provider: ctx.params.provider,
          reason,
          ip: ctx.ip,
          request_id: ctx.state.requestId,
        });
      }
      throw error;
    }
  };
}
