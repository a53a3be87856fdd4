import * as z from "zod";
import { duration, size } from "./units.ts";

export const rate = z.strictObject({
  requests: z.int().min(1).max(1_000_000),
  per: duration.refine((ms) => ms >= 1, { error: "must be at least 1ms" }),
  key: z.enum(["client", "subject", "address"]).default("client"),
});

/** When this process refuses work that it cannot carry: what each request waits, and how many there are. */
export const overload = z
  .strictObject({
    delay: duration.refine((ms) => ms >= 50, { error: "must be at least 50ms" }).default(500),
    requests: z.int().min(1).max(1_000_000).default(2_000),
  })
  .prefault({});

/** How much a caller may ask for at once. */
export const limits = z
  .strictObject({
    body: size.default(1_048_576),
    rate: rate.optional(),
    /** Requests of this route at its upstream at the same time, over all workers. */
    concurrency: z.int().min(1).max(100_000).optional(),
  })
  .prefault({});
