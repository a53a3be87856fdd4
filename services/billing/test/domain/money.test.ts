import { expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  AmountTooLargeError,
  divideRounded,
  largestAmount,
  withinBounds,
} from "../../src/domain/money.ts";

test.each([
  [5n, 2n, 3n],
  [-5n, 2n, -3n],
  [7n, 3n, 2n],
  [-7n, 3n, -2n],
  [8n, 3n, 3n],
  [0n, 7n, 0n],
  [1n, 2n, 1n],
  [-1n, 2n, -1n],
])("%s / %s is %s, half away from zero", (dividend, divisor, quotient) => {
  expect(divideRounded(dividend, divisor)).toBe(quotient);
});

test("rounding is never off by more than half, and is the same on both sides of zero", () => {
  const amount = fc.bigInt({ min: -(10n ** 21n), max: 10n ** 21n });
  const divisor = fc.bigInt({ min: 1n, max: 10n ** 9n });
  fc.assert(
    fc.property(amount, divisor, (dividend, by) => {
      const error = 2n * (divideRounded(dividend, by) * by - dividend);
      return (
        error <= by && error >= -by && divideRounded(-dividend, by) === -divideRounded(dividend, by)
      );
    }),
  );
});

test("an amount that a JSON number could not carry safely is refused", () => {
  expect(withinBounds(largestAmount)).toBe(largestAmount);
  expect(() => withinBounds(largestAmount + 1n)).toThrow(AmountTooLargeError);
  expect(() => withinBounds(-largestAmount - 1n)).toThrow(AmountTooLargeError);
});
