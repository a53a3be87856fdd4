import type { Route } from "../routes/route-table.ts";
import type { Rate } from "../routes/schema.ts";
import type { Verdict } from "./token-bucket.ts";

/** How many requests a key may still make; at once where that is known. */
export type RateLimiter = { take(key: string): Verdict | Promise<Verdict> };

/** How many requests may be at a route's upstream at the same time. */
export type Slots = {
  /** May one more begin? What was let in must be let go with `release`. */
  acquire(): boolean | Promise<boolean>;
  release(): void;
};

/** The limits of all routes: in this process, or shared by all workers of the gateway. */
export type Limits = {
  rateOf(route: Route, rate: Rate): RateLimiter;
  slotsOf(route: Route, limit: number): Slots;
};
