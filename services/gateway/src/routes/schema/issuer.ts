import { guardedUrl } from "@tollgate/shared/http/guarded-url";
import { asymmetricAlgorithms } from "@tollgate/shared/tokens/verify-signature";
import * as z from "zod";
import { duration } from "./units.ts";

const issuerName = z.string().min(1);
const tokenTypes = z.array(z.string().min(1)).min(1);

const jwks = z
  .strictObject({
    fresh: duration.default(600_000),
    cooldown: duration.default(30_000),
    failure_cooldown: duration.default(5_000),
    stale: duration.default(3_600_000),
    timeout: duration.default(3_000),
  })
  .prefault({});

/**
 * Where an issuer tells what it revoked before its time. `when_lost` says what becomes of its tokens
 * while that cannot be read: `allow` by default, because they end by themselves within minutes, and
 * an issuer that is down would otherwise take every route down with it. `refuse` is for routes where
 * a revoked token is worse than an outage.
 */
const revocations = z.strictObject({
  feed: guardedUrl,
  when_lost: z.enum(["allow", "refuse"]).default("allow"),
  lost_after: duration
    .refine((ms) => ms >= 2_000, { error: "must be at least 2s" })
    .default(10_000),
});

const bounds = {
  max_lifetime: duration.default(3_600_000),
  clock_tolerance: duration
    .refine((ms) => ms <= 60_000, { error: "must be at most 60s" })
    .default(5_000),
};

const keyedIssuer = z.strictObject({
  issuer: issuerName,
  jwks_uri: guardedUrl,
  algorithms: z.array(z.enum(asymmetricAlgorithms)).min(1).default(["ES256", "EdDSA", "RS256"]),
  token_types: tokenTypes.default(["at+jwt"]),
  jwks,
  revocations: revocations.optional(),
  ...bounds,
});

/** A shared secret exists for the tutorial alone; its routes must say so with `tutorial`. */
const tutorialIssuer = z.strictObject({
  issuer: issuerName,
  secret_file: z.string().min(1),
  algorithms: z.tuple([z.literal("HS256")]),
  token_types: tokenTypes.default(["JWT"]),
  ...bounds,
});

/** Whose tokens are believed, and where their keys come from. */
export const issuer = z.union([keyedIssuer, tutorialIssuer]);
