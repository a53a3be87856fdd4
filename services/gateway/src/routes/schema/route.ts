import * as z from "zod";
import { limits } from "./limits.ts";
import { rule, words } from "./rule.ts";
import { timeouts, upstream } from "./upstream.ts";

const path = z
  .string()
  .regex(
    /^\/([\w.~-]+(\/[\w.~-]+)*)?$/,
    "must be a plain path like /billing, with no slash at its end",
  )
  .refine((text) => !text.split("/").some((segment) => /^\.+$/.test(segment)), {
    error: "must have no dot segments",
  });

const forwarding = {
  path,
  strip_prefix: z.boolean().default(false),
  upstream,
  timeouts,
  limits,
};

const publicRoute = z.strictObject({ ...forwarding, access: z.literal("public") });

const protectedRoute = z.strictObject({
  ...forwarding,
  access: z.literal("token").default("token"),
  audience: z.string().min(1),
  issuers: words.optional(),
  rules: z.array(rule).min(1),
  tutorial: z.strictObject({ token_header: z.string().regex(/^[A-Za-z][A-Za-z-]*$/) }).optional(),
});

/** A prefix and where it leads: for everyone, which must be said, or for whoever the rules allow. */
export const route = z.union([publicRoute, protectedRoute]);
