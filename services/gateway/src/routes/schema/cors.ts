import * as z from "zod";
import { duration } from "./units.ts";

const anyOrigin = z.literal("*").transform((any): string[] => [any]);

/** What a browser sends as Origin: no path, no default port, no capitals. */
const origin = z.string().refine((text) => URL.canParse(text) && new URL(text).origin === text, {
  error: "must be an origin as browsers send it, like https://app.example.com",
});

const headerNames = z.array(z.string().regex(/^[A-Za-z0-9-]+$/, "must be a header's name"));

/** Which pages of other origins may call a route from a browser; off where it is not named. */
export const cors = z
  .strictObject({
    origins: z.union([anyOrigin, z.array(origin).min(1)], {
      error: 'must be a list of origins, or "*"',
    }),
    methods: z
      .array(z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]))
      .min(1)
      .default(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]),
    headers: headerNames.default(["authorization", "content-type"]),
    expose: headerNames.default(["x-request-id", "retry-after", "ratelimit", "ratelimit-policy"]),
    max_age: duration.default(600_000),
    credentials: z.boolean().default(false),
  })
  .refine(({ origins, credentials }) => !(credentials && origins.includes("*")), {
    path: ["credentials"],
    error: 'must not be true for every origin: name them instead of "*"',
  });
