import * as z from "zod";
import { scopeSchema, ttlSchema } from "../resources/resource.ts";
import { secretHashSchema } from "./secret-hash.ts";

/** What a client may ask for at one resource. */
const accessSchema = z.strictObject({
  resource: z.string(),
  scopes: z.array(scopeSchema),
  roles: z.array(z.string().min(1).max(128)).default([]),
  /** Seconds; instead of the resource's own. */
  ttl: ttlSchema.optional(),
});

/** A service that may ask for tokens, in its own name. */
export const clientSchema = z.strictObject({
  // Never like a person's: their subjects begin with usr_, and `sub` must tell the two apart.
  client_id: z
    .string()
    .regex(/^(?!usr_)[A-Za-z0-9][A-Za-z0-9._-]{1,63}$/, "must be 2 to 64 of A-Z a-z 0-9 . _ -"),
  tenant: z.uuid().optional(),
  enabled: z.boolean().default(true),
  /** Two slots: the new secret works before the old one is taken away. */
  secrets: z.array(secretHashSchema).min(1).max(2),
  access: z.array(accessSchema).min(1),
});

export type Client = z.infer<typeof clientSchema>;
