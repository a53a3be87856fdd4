import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { allocate } from "../../src/domain/allocate.ts";
import { splitCredit } from "../../src/domain/credit-split.ts";
import { draftInvoice, type Tax } from "../../src/domain/invoice-draft.ts";
import { sum } from "../../src/domain/money.ts";

test.each([
  [100n, [1n, 1n, 1n].map((one) => one * 100n), [34n, 33n, 33n]],
  [1n, [0n, 3n, 4n], [0n, 0n, 1n]],
  [10n, [20n, -5n], [13n, -3n]],
  [0n, [0n, 0n], [0n, 0n]],
  [7n, [3n, 4n], [3n, 4n]],
])("%s over %j is %j: what is left goes to the largest remainders", (amount, weights, parts) => {
  expect(allocate(amount, weights)).toEqual(parts);
});

test("more than there is cannot be split", () => {
  expect(() => allocate(8n, [3n, 4n])).toThrow(RangeError);
  expect(() => allocate(-1n, [3n, 4n])).toThrow(RangeError);
});

const weights = fc.array(fc.bigInt({ min: -1_000n, max: 10n ** 12n }), { minLength: 1 });

test("parts add up, none is off by a whole unit, and none goes beyond its weight", () => {
  fc.assert(
    fc.property(weights, fc.bigInt({ min: 0n, max: 10n ** 12n }), (each, wanted) => {
      const whole = sum(each);
      fc.pre(whole > 0n);
      const amount = wanted % (whole + 1n);
      const parts = allocate(amount, each);
      expect(sum(parts)).toBe(amount);
      parts.forEach((part, index) => {
        const weight = each[index] as bigint;
        const error = part * whole - amount * weight;
        expect(error > -whole && error < whole).toBe(true);
        expect(weight < 0n ? part <= 0n && part >= weight : part >= 0n && part <= weight).toBe(
          true,
        );
      });
    }),
  );
});

const item = fc.record({
  description: fc.constant("x"),
  quantity: fc.constantFrom("1", "1.5", "0.333"),
  unit_amount: fc.bigInt({ min: 0n, max: 10n ** 9n }),
  tax_rate_ppm: fc.constantFrom(0, 70_000, 88_750, 190_000, 200_000),
});

test("credits, in however many parts, take back exactly what was charged at each rate", () => {
  const cuts = fc.array(fc.bigInt({ min: 1n, max: 10n ** 10n }), { maxLength: 8 });
  fc.assert(
    fc.property(fc.array(item, { minLength: 1, maxLength: 6 }), cuts, (items, wishes) => {
      const { taxes, total } = draftInvoice(items);
      const credits: Tax[][] = [];
      let left = total;
      for (const wish of [...wishes, total]) {
        const amount = wish < left ? wish : left;
        if (amount === 0n) break;
        const split = splitCredit(amount, taxes, credits);
        expect(sum(split.flatMap(({ taxable, amount: tax }) => [taxable, tax]))).toBe(amount);
        expect(split.every(({ taxable, amount: tax }) => taxable >= 0n && tax >= 0n)).toBe(true);
        credits.push(split);
        left -= amount;
      }
      for (const { rate_ppm, taxable, amount } of taxes) {
        const taken = credits.flat().filter((each) => each.rate_ppm === rate_ppm);
        expect(sum(taken.map((each) => each.taxable))).toBe(taxable);
        expect(sum(taken.map((each) => each.amount))).toBe(amount);
      }
    }),
  );
});
