import type { Step } from "../context.ts";
import type { Limits } from "../limits/limits.ts";
import { problem } from "../problems.ts";

/** Is there room for one more at this route's upstream? Beyond its limit it is refused, not queued. */
export function limitConcurrency(limits: Limits): Step {
  return function limitConcurrency(ctx, next) {
    const { route } = ctx.state;
    const { concurrency } = route.entry.limits;
    if (concurrency === undefined) return next();

    const slots = limits.slotsOf(route, concurrency);
    const begin = (acquired: boolean) => {
      if (!acquired) throw problem("concurrency_exceeded", { headers: { "retry-after": "1" } });
      // Who left while the slot was waited for will not close a second time.
      if (ctx.res.closed) return slots.release();
      ctx.res.once("close", () => slots.release());
      return next();
    };
    const acquired = slots.acquire();
    return acquired instanceof Promise ? acquired.then(begin) : begin(acquired);
  };
}
