import * as z from "zod";
import { scopeSchema, ttlSchema } from "../resources/resource.ts";
import { clientKeysSchema } from "./client-keys.ts";
import { secretHashSchema } from "./secret-hash.ts";

/** What a client may ask for at one resource. */
const accessSchema = z.strictObject({
  resource: z.string(),
  scopes: z.array(scopeSchema),
  roles: z.array(z.string().min(1).max(128)).default([]),
  /** Seconds; instead of the resource's own. */
  ttl: ttlSchema.optional(),
  /** May it trade somebody's token for one for this resource (RFC 8693)? */
  exchange: z.boolean().default(false),
});

/** A service that may ask for tokens, in its own name. */
export const clientSchema = z
  .strictObject({
    // Never like a person's: their subjects begin with usr_, and `sub` must tell the two apart.
    client_id: z
      .string()
      .regex(/^(?!usr_)[A-Za-z0-9][A-Za-z0-9._-]{1,63}$/, "must be 2 to 64 of A-Z a-z 0-9 . _ -"),
    tenant: z.uuid().optional(),
    enabled: z.boolean().default(true),
    /** Two slots: the new secret works before the old one is taken away. */
    secrets: z.array(secretHashSchema).max(2).default([]),
    /** Instead of secrets: the keys of private_key_jwt (RFC 7523). */
    jwks: clientKeysSchema.optional(),
    access: z.array(accessSchema).default([]),
    /** The resources that it is: whose tokens it may introspect, and exchange. */
    serves: z.array(z.string()).default([]),
  })
  .superRefine(({ secrets, jwks, access, serves }, context) => {
    const fault = (path: string, message: string) =>
      context.addIssue({ code: "custom", path: [path], message });
    if (secrets.length === 0 && jwks === undefined) fault("secrets", "needs a secret, or jwks");
    // RFC 7591 section 2: a client has one way to authenticate.
    if (secrets.length > 0 && jwks !== undefined) fault("jwks", "a client has secrets or jwks");
    if (access.length + serves.length === 0)
      fault("access", "needs access, or something it serves");
  });

export type Client = z.infer<typeof clientSchema>;

/** How a client proves who it is. */
export type AuthenticationMethod = "client_secret_basic" | "private_key_jwt";

export function methodOf({ jwks }: Client): AuthenticationMethod {
  return jwks === undefined ? "client_secret_basic" : "private_key_jwt";
}
