import * as z from "zod";
import { cors } from "./cors.ts";
import { identity } from "./identity.ts";
import { limits } from "./limits.ts";
import { rule, words } from "./rule.ts";
import { health, timeouts, upstream } from "./upstream.ts";

const path = z
  .string()
  .regex(
    /^\/([\w.~-]+(\/[\w.~-]+)*)?$/,
    "must be a plain path like /billing, with no slash at its end",
  )
  .refine((text) => !text.split("/").some((segment) => /^\.+$/.test(segment)), {
    error: "must have no dot segments",
  })
  .refine((text) => !/^\/problems(\/|$)/.test(text), {
    error: "must not be under /problems, where the gateway explains its refusals",
  });

/** It is quoted in challenges as it is. */
const audience = z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, {
  error: "must be a name or URL, without spaces or quotes",
});

const forwarding = {
  path,
  strip_prefix: z.boolean().default(false),
  upstream,
  timeouts,
  health: health.optional(),
  limits,
  cors: cors.optional(),
  /** Who may GET may then also send: an upgrade to WebSocket is for the route to allow. */
  websocket: z.boolean().default(false),
};

const publicRoute = z.strictObject({
  ...forwarding,
  access: z.literal("public"),
  cookies: z.boolean().default(true),
});

const protectedRoute = z.strictObject({
  ...forwarding,
  access: z.literal("token").default("token"),
  audience,
  issuers: words.optional(),
  rules: z.array(rule).min(1),
  identity: identity.optional(),
  strip_token: z.boolean().default(false),
  // Cookies are the login's; a token's route has no use for them, and nothing to gain by setting any.
  cookies: z.boolean().default(false),
  tutorial: z.strictObject({ token_header: z.string().regex(/^[A-Za-z][A-Za-z-]*$/) }).optional(),
});

/** A prefix and where it leads: for everyone, which must be said, or for whoever the rules allow. */
export const route = z.union([publicRoute, protectedRoute]);
