import * as z from "zod";

const durationUnits: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const sizeUnits: Record<string, number> = { B: 1, KiB: 1_024, MiB: 1_048_576, GiB: 1_073_741_824 };

/** `500ms`, `3s`, `10m` or `1h`, as milliseconds. */
export const duration = z
  .string({ error: "must be a duration like 500ms, 3s, 10m or 1h" })
  .regex(/^\d{1,9}(ms|s|m|h)$/, "must be a duration like 500ms, 3s, 10m or 1h")
  .transform((text) => inUnits(text, durationUnits));

/** The same, or `none`: infinitely many milliseconds. */
export const durationOrNone = z
  .string({ error: "must be a duration like 500ms, 3s, 10m or 1h, or none" })
  .regex(/^(none|\d{1,9}(ms|s|m|h))$/, "must be a duration like 500ms, 3s, 10m or 1h, or none")
  .transform((text) => (text === "none" ? Number.POSITIVE_INFINITY : inUnits(text, durationUnits)));

/** `512B`, `64KiB`, `1MiB` or `2GiB`, as bytes. */
export const size = z
  .string({ error: "must be a size like 64KiB or 1MiB" })
  .regex(/^\d{1,9}(B|KiB|MiB|GiB)$/, "must be a size like 64KiB or 1MiB")
  .transform((text) => inUnits(text, sizeUnits));

function inUnits(text: string, units: Record<string, number>): number {
  const [, amount = "", unit = ""] = /^(\d+)(\D+)$/.exec(text) ?? [];
  return Number(amount) * (units[unit] ?? Number.NaN);
}
