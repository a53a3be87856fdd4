import { allocate } from "./allocate.ts";
import type { Tax } from "./invoice-draft.ts";

/**
 * Splits a credit over an invoice's rates, net and tax apart, in proportion to what earlier
 * credits have left of each. Credits that reach the whole invoice so take back exactly its taxes.
 */
export function splitCredit(
  amount: bigint,
  charged: readonly Tax[],
  earlier: readonly (readonly Tax[])[],
): Tax[] {
  const left = charged.map((tax) => leftOf(tax, earlier));
  const parts = allocate(
    amount,
    left.flatMap(({ taxable, amount: tax }) => [taxable, tax]),
  );
  return left.map(({ rate_ppm }, index) => ({
    rate_ppm,
    taxable: parts[2 * index] as bigint, // two parts for each rate
    amount: parts[2 * index + 1] as bigint,
  }));
}

function leftOf(tax: Tax, earlier: readonly (readonly Tax[])[]): Tax {
  const left = { ...tax };
  for (const { rate_ppm, taxable, amount } of earlier.flat()) {
    if (rate_ppm !== tax.rate_ppm) continue;
    left.taxable -= taxable;
    left.amount -= amount;
  }
  return left;
}
