import * as z from "zod";

export const words = z.array(z.string().min(1)).min(1);

const methods = z
  .array(z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]))
  .min(1);

/** Who may use which methods. A rule is met when all that it names is met. */
export const rule = z.strictObject({
  methods,
  scopes: words.optional(),
  any_scope: words.optional(),
  roles: words.optional(),
  any_role: words.optional(),
  token_use: z.enum(["service", "user"]).optional(),
});
