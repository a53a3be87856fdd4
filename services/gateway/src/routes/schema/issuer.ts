import { asymmetricAlgorithms } from "@tollgate/shared/tokens/verify-signature";
import * as z from "zod";
import { duration } from "./units.ts";
import { guardedUrl } from "./urls.ts";

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
