import Koa from "koa";
import type { GatewayContext, GatewayState, Step } from "../context.ts";

/**
 * Koa without what costs more than the rest of it: listeners on every response and socket, which
 * tell an error of the connection that the access line tells as well, and a bound function and a
 * promise for every step.
 */
export class LeanKoa extends Koa<GatewayState> {
  /** Koa asks for it in `callback`. */
  readonly compose = compose;

  /** What Koa calls for each request, in place of its own. */
  handleRequest(ctx: GatewayContext, run: (ctx: GatewayContext) => unknown): unknown {
    ctx.res.statusCode = 404;
    try {
      const running = run(ctx);
      if (!(running instanceof Promise)) return demandAnswer(ctx);
      return running.then(() => demandAnswer(ctx)).catch((error) => ctx.onerror(error));
    } catch (error) {
      return ctx.onerror(error as Error);
    }
  }
}

/** Koa would write ctx.body here; our steps write to the response, which must not be left open. */
function demandAnswer({ respond }: GatewayContext): void {
  if (respond !== false) throw new Error("no step answered");
}

/** The steps one after another. Each calls `next` once at most, and returns what it returns. */
function compose(steps: readonly Step[]): (ctx: GatewayContext) => unknown {
  return function run(ctx) {
    let begun = 0;
    const next = (): unknown => {
      const step = steps[begun];
      begun += 1;
      return step?.(ctx, next);
    };
    return next();
  };
}
