import type { Step } from "../context.ts";
import type { Pressure } from "../limits/pressure.ts";
import { problem } from "../problems.ts";

/** Refuses what this process cannot carry, before any work is spent on it. */
export function shedLoad(pressure: Pressure, traffic: { active: number }): Step {
  return function shedLoad(_ctx, next) {
    if (!pressure.refuses(traffic.active)) return next();
    throw problem("overloaded", { headers: { "retry-after": "1" } });
  };
}
