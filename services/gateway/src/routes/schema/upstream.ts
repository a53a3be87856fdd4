import * as z from "zod";
import { duration, durationOrNone } from "./units.ts";
import { origin } from "./urls.ts";

/** One origin, or a list of them to balance over. */
export const upstream = z.union([origin.transform((one) => [one]), z.array(origin).min(1)], {
  error: "must be an origin or a list of them",
});

const dayMs = 86_400_000;

/** None is no time at all, and none so long that a timer cannot hold it. */
const isBounded = (ms: number) => ms >= 1 && ms <= dayMs;
const time = duration.refine(isBounded, { error: "must be between 1ms and 24h" });
const timeOrNone = durationOrNone.refine((ms) => isBounded(ms) || ms === Number.POSITIVE_INFINITY, {
  error: "must be between 1ms and 24h, or none",
});

/**
 * One deadline a phase of the exchange with the upstream. `total: none` is for answers without an
 * end, such as event streams: the caller's token ends them, and `idle` still does.
 */
export const timeouts = z
  .strictObject({
    connect: time.default(1_000),
    headers: time.default(10_000),
    idle: time.default(30_000),
    total: timeOrNone.default(60_000),
  })
  .prefault({});

const times = z.int().min(1).max(100);

/** Asks every replica how it is, from time to time. Off unless it is there. */
export const health = z.strictObject({
  path: z.string().regex(/^\/[\w./~-]*$/, "must be a plain path like /healthz"),
  /** Another port than that of the requests, such as 9090. */
  port: z.int().min(1).max(65_535).optional(),
  every: time.refine((ms) => ms >= 100, { error: "must be at least 100ms" }).default(10_000),
  timeout: time.default(2_000),
  unhealthy_after: times.default(3),
  healthy_after: times.default(1),
});
