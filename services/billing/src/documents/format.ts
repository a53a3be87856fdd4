import type { Day } from "../domain/calendar.ts";
import { minorDigits } from "../domain/currencies.ts";

/** Intl reads decimal text exactly: an amount never passes through floating point. */
type Decimal = Intl.StringNumericLiteral;

const latin = { numberingSystem: "latn" } as const; // digits that the shipped font has

/** Writes the numbers and days of one document as its locale does. */
export function createFormat(locale: string, currency: string) {
  const digits = minorDigits(currency);
  const fraction = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const money = new Intl.NumberFormat(locale, {
    ...latin,
    ...fraction,
    style: "currency",
    currency,
  });
  const number = new Intl.NumberFormat(locale, { ...latin, maximumFractionDigits: 3 });
  const percent = new Intl.NumberFormat(locale, {
    ...latin,
    style: "percent",
    maximumFractionDigits: 4,
  });
  // A day has no time zone: written and read in the same one, it stays the day it is.
  const day = new Intl.DateTimeFormat(locale, { ...latin, dateStyle: "long", timeZone: "UTC" });

  return {
    /** With the currency: €1,234.50 */
    money: (amount: bigint) => money.format(`${amount}E-${digits}` as Decimal),
    /** Without it, for columns: 1,234.50. Some locales would group plain numbers differently. */
    amount: (amount: bigint) => {
      const parts = money.formatToParts(`${amount}E-${digits}` as Decimal);
      const own = parts.filter(({ type }) => type !== "currency" && type !== "literal");
      return own.map(({ value }) => value).join("");
    },
    quantity: (quantity: string) => number.format(quantity as Decimal),
    rate: (ppm: number) => percent.format(`${ppm}E-6` as Decimal),
    day: (value: Day) => day.format(new Date(`${value}T00:00:00Z`)),
  };
}
