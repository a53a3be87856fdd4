import { asymmetricAlgorithms } from "@tollgate/shared/tokens/verify-signature";
import * as z from "zod";

/** RFC 6749 section 3.3: printable, without space, quote and backslash. */
export const scopeSchema = z.string().regex(/^[\x21\x23-\x5B\x5D-\x7E]{1,128}$/, "is not a scope");

/** No access token of ours lives longer. */
export const longestTokenSeconds = 3_600;

const reserved = new Set(["openid", "profile", "email", "address", "phone", "offline_access"]);

export const ttlSchema = z.int().min(1).max(longestTokenSeconds);

/** A service that tokens are minted for. */
export const resourceSchema = z.strictObject({
  /** The `aud` of its tokens and the `resource` to ask with (RFC 8707 section 2); compared as it is. */
  identifier: z
    .url({ protocol: /^https?$/ })
    .refine((url) => !url.includes("#"), "must not have a fragment"),
  scopes: z.array(
    scopeSchema.refine((scope) => !reserved.has(scope), "is a scope of OpenID Connect"),
  ),
  /** Seconds. */
  ttl: ttlSchema.default(300),
  algorithm: z.enum(asymmetricAlgorithms).default("ES256"),
});

export type Resource = z.infer<typeof resourceSchema>;
