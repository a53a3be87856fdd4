/** Amounts are whole minor units, as bigint: no floating point ever touches money. */
export const largestAmount = 999_999_999_999n;

export class AmountTooLargeError extends RangeError {
  override readonly name = "AmountTooLargeError";
}

/** Refuses what a JSON number could not carry with a margin. */
export function withinBounds(amount: bigint): bigint {
  if (amount > largestAmount || amount < -largestAmount) {
    throw new AmountTooLargeError(`an amount must be at most ${largestAmount} minor units`);
  }
  return amount;
}

/** Divides, rounding half away from zero, as PostgreSQL's round(numeric) does. */
export function divideRounded(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const isHalfOrMore = 2n * magnitude(dividend % divisor) >= magnitude(divisor);
  if (!isHalfOrMore) return quotient;
  return dividend < 0n === divisor < 0n ? quotient + 1n : quotient - 1n;
}

export function sum(amounts: Iterable<bigint>): bigint {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return total;
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}
