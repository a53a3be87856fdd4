import * as z from "zod";

export const words = z.array(z.string().min(1)).min(1);

/** RFC 6749 section 3.3: what a scope may be made of; a challenge quotes it as it is. */
const scopes = z
  .array(
    z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, "must be a scope, without spaces or quotes"),
  )
  .min(1);

const methods = z
  .array(z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]))
  .min(1);

/** Who may use which methods. A rule is met when all that it names is met. */
export const rule = z.strictObject({
  methods,
  scopes: scopes.optional(),
  any_scope: scopes.optional(),
  roles: words.optional(),
  any_role: words.optional(),
  token_use: z.enum(["service", "user"]).optional(),
});
