import * as z from "zod";

/**
 * What is revoked. `token`: the one with this `jti`. `subject`, `session`, `client`: tokens of this
 * `sub`, `sid`, `client_id` with `iat` before `not_before`, so that a later login works. `key`: all
 * tokens with this `kid`.
 */
export const revocationKinds = ["token", "subject", "session", "client", "key"] as const;

const secondsSchema = z.int().min(0);

export const revocationSchema = z.object({
  kind: z.enum(revocationKinds),
  value: z.string().min(1),
  /** Seconds since 1970, as `expires_at`. */
  not_before: secondsSchema,
  /** From then on the entry may be forgotten: no token that it is about is alive. */
  expires_at: secondsSchema,
});

/**
 * What `GET /internal/revocations?since=<cursor>&wait=<seconds>` answers. With `reset` it is the whole
 * list from its beginning, and what was known before is to be forgotten. A full page means that there
 * may be more: ask again at once.
 */
export const revocationFeedSchema = z.object({
  cursor: z.string().min(1),
  reset: z.boolean(),
  revocations: z.array(revocationSchema),
});

export type RevocationKind = (typeof revocationKinds)[number];
export type Revocation = z.infer<typeof revocationSchema>;
export type RevocationFeed = z.infer<typeof revocationFeedSchema>;

/** The most entries that a page holds. */
export const revocationPageSize = 1_000;

/** The longest that a reader may ask to wait for news, in seconds. */
export const longestRevocationWait = 25;
