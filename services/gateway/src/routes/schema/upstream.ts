import * as z from "zod";
import { duration } from "./units.ts";
import { origin } from "./urls.ts";

/** One origin, or a list of them to balance over. */
export const upstream = z.union([origin.transform((one) => [one]), z.array(origin).min(1)], {
  error: "must be an origin or a list of them",
});

const dayMs = 86_400_000;

/** None is no time at all, and none so long that a timer cannot hold it. */
const time = duration.refine((ms) => ms >= 1 && ms <= dayMs, {
  error: "must be between 1ms and 24h",
});

/** One deadline a phase of the exchange with the upstream. */
export const timeouts = z
  .strictObject({
    connect: time.default(1_000),
    headers: time.default(10_000),
    idle: time.default(30_000),
    total: time.default(60_000),
  })
  .prefault({});
