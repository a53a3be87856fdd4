import { guardedUrl } from "@tollgate/shared/http/guarded-url";
import { asymmetricAlgorithms } from "@tollgate/shared/tokens/verify-signature";
import * as z from "zod";
import { scopeSchema } from "../resources/resource.ts";
import { clientSecretSchema } from "./client-secret.ts";

/** The name of a claim, at the top of the token. */
const claimName = z.string().min(1).max(128);

/**
 * Claims that say how to reach or address somebody. OpenID Connect Core section 5.7: they are not
 * unique, not lasting, and often not proven, so that whoever gets an address would become its
 * former owner. Only `sub` is a person's for good, or what a provider documents to be like it.
 */
const notAnIdentity = new Set([
  ...["email", "phone_number", "preferred_username", "upn", "unique_name"],
  ...["name", "nickname", "given_name", "family_name"],
]);

/** One tenant for all, or one that a claim's value stands for. */
const tenantSchema = z.union([
  z.strictObject({ claim: claimName, values: z.record(z.string(), z.uuid()) }),
  z.uuid(),
]);

/** What is given at one resource: to everybody, or to those whose claim has one of these values. */
const newcomerAccessSchema = z.strictObject({
  resource: z.string(),
  scopes: z.array(scopeSchema),
  roles: z.array(z.string().min(1).max(128)).default([]),
  where: z.strictObject({ claim: claimName, any: z.array(z.string()).min(1) }).optional(),
});

/** Logging in there, with us as the relying party (OpenID Connect Core section 3.1). */
const loginSchema = z.strictObject({
  client_id: z.string().min(1).max(255),
  /** Absent for a public client, which PKCE alone protects. */
  client_secret_file: clientSecretSchema.optional(),
  scopes: z
    .array(scopeSchema)
    .default(["openid"])
    .refine((scopes) => scopes.includes("openid"), 'must have "openid"'),
  /** Where its login page is, if that is not its issuer's origin; no other one is gone to. */
  origin: guardedUrl.optional(),
  /** As it stands on the button. */
  display_name: z.string().regex(/^[^\p{C}]{1,64}$/u, "must be 1 to 64 characters of one line"),
});

/** Handing on this provider's access tokens (RFC 8693). */
const exchangeSchema = z.strictObject({
  /** What the tokens must be minted for. */
  audience: z.string().min(1),
  /** The header's `typ`: FusionAuth's is always `JWT`. */
  typ: z.string().min(1).default("at+jwt"),
  /** Seconds. */
  max_life: z.int().min(1).max(86_400).default(3_600),
  /** The clients that may bring one; the audience is no resource of ours to serve. */
  clients: z.array(z.string()).min(1),
  /** What each of its scopes stands for here; one that is not named stands for nothing. */
  scopes: z.strictObject({
    claim: claimName.default("scope"),
    values: z.record(z.string(), z.array(scopeSchema).min(1)),
  }),
});

/** Somebody else's issuer, and what we believe it. */
export const outsideProviderSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "must be 1 to 64 of a-z 0-9 -"),
    /** Its identifier: the tokens' `iss`, compared letter by letter. */
    issuer: guardedUrl,
    algorithms: z.array(z.enum(asymmetricAlgorithms)).min(1),
    /** Where its keys are; without it, where its metadata say that they are. */
    jwks_uri: guardedUrl.optional(),
    /** The claim that tells its people apart. */
    subject: claimName
      .default("sub")
      .refine((claim) => !notAnIdentity.has(claim), "must not be what can pass to another person"),
    /** What people get who are linked to none of our users; without it they are refused. */
    newcomers: z
      .strictObject({
        tenant: tenantSchema.optional(),
        access: z.array(newcomerAccessSchema).min(1),
      })
      .optional(),
    login: loginSchema.optional(),
    exchange: exchangeSchema.optional(),
  })
  .refine(({ login, exchange }) => login !== undefined || exchange !== undefined, {
    path: ["name"],
    error: "needs login or exchange",
  });

export type OutsideProvider = z.infer<typeof outsideProviderSchema>;
export type Newcomers = NonNullable<OutsideProvider["newcomers"]>;
export type Login = NonNullable<OutsideProvider["login"]>;
export type Exchange = NonNullable<OutsideProvider["exchange"]>;
