import type { Middleware } from "koa";
import type { BillingState } from "../context.ts";

const sanePrefix = /^(?:\/[\w-]+){1,8}$/;

/**
 * Learns under which path the gateway publishes us, for every address that we send back. What
 * could be anything but a path is ignored: it would end up in Location and Link.
 */
export function readPrefix(): Middleware<BillingState> {
  return async function readPrefix(ctx, next) {
    const given = ctx.get("x-forwarded-prefix");
    ctx.state.prefix = given.length <= 200 && sanePrefix.test(given) ? given : "";
    await next();
  };
}
