import * as z from "zod";
import { duration } from "./units.ts";
import { origin } from "./urls.ts";

/** One origin, or a list of them to balance over. */
export const upstream = z.union([origin.transform((one) => [one]), z.array(origin).min(1)], {
  error: "must be an origin or a list of them",
});

/** One deadline a phase of the exchange with the upstream. */
export const timeouts = z
  .strictObject({
    connect: duration.default(1_000),
    headers: duration.default(10_000),
    idle: duration.default(30_000),
    total: duration.default(60_000),
  })
  .prefault({});
