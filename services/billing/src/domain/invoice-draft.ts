import { divideRounded, sum, withinBounds } from "./money.ts";
import { thousandths } from "./quantity.ts";

/** A line as it is asked for: a quantity of something at a price, before tax. */
export type LineItem = {
  description: string;
  quantity: string;
  unit_amount: bigint;
  tax_rate_ppm: number;
};

export type Line = LineItem & { position: number; amount: bigint };

/** Tax of one rate: on the sum of its lines, rounded once (EN 16931, BR-CO-17). */
export type Tax = { rate_ppm: number; taxable: bigint; amount: bigint };

export type Draft = {
  lines: readonly Line[];
  taxes: readonly Tax[];
  subtotal: bigint;
  tax: bigint;
  total: bigint;
};

export class NegativeTotalError extends RangeError {
  override readonly name = "NegativeTotalError";
}

/** Computes an invoice from its lines. Negative lines are discounts; the total is never negative. */
export function draftInvoice(items: readonly LineItem[]): Draft {
  const lines = items.map((item, index) => ({
    ...item,
    position: index + 1,
    amount: lineAmount(item),
  }));
  const taxes = taxesOf(lines);
  const subtotal = withinBounds(sum(lines.map(({ amount }) => amount)));
  const tax = withinBounds(sum(taxes.map(({ amount }) => amount))); // BR-CO-14
  const total = withinBounds(subtotal + tax);
  if (total < 0n) throw new NegativeTotalError("an invoice cannot ask for less than nothing");
  return { lines, taxes, subtotal, tax, total };
}

function lineAmount({ quantity, unit_amount }: LineItem): bigint {
  return withinBounds(divideRounded(thousandths(quantity) * unit_amount, 1_000n));
}

function taxesOf(lines: readonly Line[]): Tax[] {
  const byRate = Map.groupBy(lines, ({ tax_rate_ppm }) => tax_rate_ppm);
  return [...byRate]
    .sort(([a], [b]) => a - b)
    .map(([rate_ppm, taxed]) => {
      const taxable = sum(taxed.map(({ amount }) => amount));
      return { rate_ppm, taxable, amount: divideRounded(taxable * BigInt(rate_ppm), 1_000_000n) };
    });
}

/** What is taken back of a rate. */
export function negated({ rate_ppm, taxable, amount }: Tax): Tax {
  return { rate_ppm, taxable: -taxable, amount: -amount };
}
