import { sum } from "./money.ts";

/**
 * Splits an amount in proportion to weights by the largest remainder: the parts add up to the
 * amount, and as long as it is at most the sum of the weights, no part goes beyond its weight.
 */
export function allocate(amount: bigint, weights: readonly bigint[]): bigint[] {
  const whole = sum(weights);
  if (amount < 0n || amount > whole) throw new RangeError("more is split than there is");
  if (whole === 0n) return weights.map(() => 0n);

  const shares = weights.map((weight, index) => ({
    index,
    ...floorDivide(amount * weight, whole),
  }));
  const left = amount - sum(shares.map(({ quotient }) => quotient));
  const luckiest = shares.toSorted((a, b) => compare(b.remainder, a.remainder));
  const lucky = new Set(luckiest.filter((_, rank) => rank < left).map(({ index }) => index));
  return shares.map(({ index, quotient }) => (lucky.has(index) ? quotient + 1n : quotient));
}

/** Rounds down, below zero as well, so that what is left over is never negative. */
function floorDivide(dividend: bigint, divisor: bigint) {
  const remainder = ((dividend % divisor) + divisor) % divisor;
  return { quotient: (dividend - remainder) / divisor, remainder };
}

function compare(a: bigint, b: bigint): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
