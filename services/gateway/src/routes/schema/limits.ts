import * as z from "zod";
import { duration, size } from "./units.ts";

export const rate = z.strictObject({
  requests: z.int().min(1).max(1_000_000),
  per: duration.refine((ms) => ms >= 1, { error: "must be at least 1ms" }),
  key: z.enum(["client", "subject", "address"]).default("client"),
});

/** How much a caller may ask for at once. */
export const limits = z
  .strictObject({ body: size.default(1_048_576), rate: rate.optional() })
  .prefault({});
