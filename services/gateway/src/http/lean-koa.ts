import Koa from "koa";
import type { GatewayContext, GatewayState } from "../context.ts";

/**
 * Koa without its listeners on every response and socket, which cost more than the rest of Koa: they
 * tell an error of the connection, and the access line already says how an answer ended.
 */
export class LeanKoa extends Koa<GatewayState> {
  /** What Koa calls for each request, in place of its own. */
  async handleRequest(ctx: GatewayContext, run: (ctx: GatewayContext) => Promise<void>) {
    ctx.res.statusCode = 404;
    try {
      await run(ctx);
      // Koa would write ctx.body here; our steps write to the response, which must not be left open.
      if (ctx.respond !== false) throw new Error("no step answered");
    } catch (error) {
      ctx.onerror(error as Error);
    }
  }
}
