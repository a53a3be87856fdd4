import * as z from "zod";
import { scopeSchema, ttlSchema } from "../resources/resource.ts";
import { clientKeysSchema } from "./client-keys.ts";
import { faultsOfLogin } from "./faults-of-login.ts";
import { redirectUriSchema } from "./redirect-uri.ts";
import { secretHashSchema } from "./secret-hash.ts";

/** What a client may ask for at one resource, for itself or for a person who uses it. */
const accessSchema = z.strictObject({
  resource: z.string(),
  scopes: z.array(scopeSchema),
  roles: z.array(z.string().min(1).max(128)).default([]),
  /** Seconds; instead of the resource's own. */
  ttl: ttlSchema.optional(),
  /** May it trade somebody's token for one for this resource (RFC 8693)? */
  exchange: z.boolean().default(false),
});

const grantTypes = ["client_credentials", "authorization_code", "refresh_token"] as const;

export const authenticationMethods = ["client_secret_basic", "private_key_jwt", "none"] as const;

/** How a client proves who it is; a public one, such as an app in a browser, cannot. */
export type AuthenticationMethod = (typeof authenticationMethods)[number];

/** Who may ask for tokens: a service in its own name, or an app in the name of who logs in to it. */
export const clientSchema = z
  .strictObject({
    // Never like a person's: their subjects begin with usr_, and `sub` must tell the two apart.
    client_id: z
      .string()
      .regex(/^(?!usr_)[A-Za-z0-9][A-Za-z0-9._-]{1,63}$/, "must be 2 to 64 of A-Z a-z 0-9 . _ -"),
    /** What people are shown, on the page that asks for their consent. */
    client_name: z
      .string()
      .regex(/^[^\p{C}]{1,64}$/u, "must be 1 to 64 characters of one line")
      .optional(),
    /** Whose business it is; then nobody of another one gets a token through it. */
    tenant: z.uuid().optional(),
    enabled: z.boolean().default(true),
    /** What its secrets or jwks make of it, unless it is said. */
    token_endpoint_auth_method: z.enum(authenticationMethods).optional(),
    /** Two slots: the new secret works before the old one is taken away. */
    secrets: z.array(secretHashSchema).max(2).default([]),
    /** Instead of secrets: the keys of private_key_jwt (RFC 7523). */
    jwks: clientKeysSchema.optional(),
    grant_types: z.array(z.enum(grantTypes)).min(1).default(["client_credentials"]),
    redirect_uris: z.array(redirectUriSchema).max(16).default([]),
    post_logout_redirect_uris: z.array(redirectUriSchema).max(16).default([]),
    /** `implied` for an app of our own, whose people are not asked whether they trust it. */
    consent: z.enum(["ask", "implied"]).default("ask"),
    /** Seconds in which a used refresh token works once more, for an answer that was lost. */
    refresh_grace: z.int().min(0).max(60).default(5),
    access: z.array(accessSchema).default([]),
    /** The resources that it is: whose tokens it may introspect, and exchange. */
    serves: z.array(z.string()).default([]),
  })
  .superRefine((client, context) => {
    const fault = (path: string, message: string) =>
      context.addIssue({ code: "custom", path: [path], message });
    const { secrets, jwks, access, serves, token_endpoint_auth_method: method } = client;
    const isPublic = method === "none";
    if (!isPublic && secrets.length === 0 && jwks === undefined) {
      fault("secrets", "needs a secret, or jwks");
    }
    // RFC 7591 section 2: a client has one way to authenticate.
    if (secrets.length > 0 && jwks !== undefined) fault("jwks", "a client has secrets or jwks");
    if (method !== undefined && !isPublic && method !== methodOf({ jwks })) {
      fault("token_endpoint_auth_method", "does not go with its secrets or jwks");
    }
    for (const { path, message } of faultsOfLogin(client)) fault(path, message);
    const logsIn = client.grant_types.includes("authorization_code");
    if (!logsIn && access.length + serves.length === 0)
      fault("access", "needs access, or something it serves");
  });

export type Client = z.infer<typeof clientSchema>;

export function methodOf({
  jwks,
  token_endpoint_auth_method: method,
}: Pick<Client, "jwks" | "token_endpoint_auth_method">): AuthenticationMethod {
  if (method !== undefined) return method;
  return jwks === undefined ? "client_secret_basic" : "private_key_jwt";
}
