import * as z from "zod";
import { isDay } from "../domain/calendar.ts";
import { currencies } from "../domain/currencies.ts";
import type { Status } from "../domain/invoice.ts";
import { largestAmount } from "../domain/money.ts";
import { canonicalQuantity, quantityPattern } from "../domain/quantity.ts";

/** Text on one line: something to read in it, no controls, no half characters. */
export const line = (longest: number) =>
  z
    .string()
    .max(longest)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, "It must be one line without control characters")
    .regex(/\S/, "It must not be blank");

/** Text that may have several lines. */
export const lines = (longest: number) =>
  z
    .string()
    .max(longest)
    .regex(/^(?:\n|[^\p{Cc}\p{Cs}])*$/u, "It must be text without control characters");

export const email = z.email().max(254);

export const externalId = line(128);

export const currency = z.enum(currencies, { error: "It must be an ISO 4217 code, such as EUR" });

/** Whole minor units: 1250 is 12.50 EUR. */
export const minorUnits = z
  .int("It must be a whole number of minor units")
  .min(-Number(largestAmount))
  .max(Number(largestAmount))
  .transform(BigInt);

/** An amount that moves: more than nothing. Which way it moves, its kind says. */
export const positiveAmount = z
  .int("It must be a whole number of minor units")
  .min(1)
  .max(Number(largestAmount))
  .transform(BigInt);

/** A number or its digits; more digits than three behind the point cannot be kept. */
export const quantity = z
  .union([z.number(), z.string().max(20)], { error: "It must be a number or its digits" })
  .transform(String)
  .pipe(
    z
      .string()
      .regex(quantityPattern, "It must have at most 9 digits, and 3 behind the point")
      .regex(/[1-9]/, "It must be more than 0"),
  )
  .transform(canonicalQuantity);

/** Millionths: 200000 is 20 %. */
export const taxRate = z.int("It must be a whole number of millionths").min(0).max(1_000_000);

export const day = z.string().refine(isDay, "It must be a day, such as 2026-03-31");

export const statuses = [
  "draft",
  "open",
  "paid",
  "uncollectible",
  "void",
] as const satisfies readonly Status[];

const mostRows = 100;

/** Every list takes these. A limit that is too high is lowered, one that is none is refused. */
export const paging = {
  limit: z
    .string()
    .regex(/^[1-9]\d{0,9}$/, "It must be a whole number from 1")
    .transform((digits) => Math.min(Number(digits), mostRows))
    .prefault("25"),
  cursor: z.string().max(512).optional(),
};

export const yesOrNo = z.enum(["true", "false"]).transform((word) => word === "true");

export const dueDays = z.int().min(0).max(365);

const lineItem = z.strictObject({
  description: line(500),
  quantity: quantity.default("1"),
  unit_amount: minorUnits,
  tax_rate_ppm: taxRate.default(0),
});

export const lineItems = z.array(lineItem).min(1).max(200);

/** Why something is done: it is kept with the ledger or the event. */
export const reason = line(500);
