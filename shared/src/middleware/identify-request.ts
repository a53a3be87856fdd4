import { randomUUID } from "node:crypto";
import type { Middleware } from "koa";
import type { Log } from "../log.ts";
import type { Identified } from "./context.ts";

const saneId = /^[\w-]{8,128}$/;

/** Names the request: keeps a sane `x-request-id`, which behind the gateway is the gateway's. */
export function identifyRequest(log: Log): Middleware<Identified> {
  return async function identifyRequest(ctx, next) {
    const given = ctx.get("x-request-id");
    ctx.state.requestId = saneId.test(given) ? given : randomUUID();
    ctx.state.log = log.child({ request_id: ctx.state.requestId });
    ctx.set("x-request-id", ctx.state.requestId);
    await next();
  };
}
