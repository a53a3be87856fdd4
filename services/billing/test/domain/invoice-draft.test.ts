import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { draftInvoice, type LineItem, NegativeTotalError } from "../../src/domain/invoice-draft.ts";

const item = (unit_amount: bigint, tax_rate_ppm = 0, quantity = "1"): LineItem => ({
  description: "Something",
  quantity,
  unit_amount,
  tax_rate_ppm,
});

const anyItem: fc.Arbitrary<LineItem> = fc.record({
  description: fc.constant("Something"),
  quantity: fc
    .integer({ min: 1, max: 9_999_999 })
    .map(
      (thousandth) =>
        `${Math.floor(thousandth / 1000)}.${String(thousandth % 1000).padStart(3, "0")}`,
    ),
  unit_amount: fc.bigInt({ min: 0n, max: 100_000n }),
  tax_rate_ppm: fc.constantFrom(0, 70_000, 88_750, 200_000, 1_000_000),
});

test("tax is rounded once on the sum of a rate's lines, not line by line", () => {
  const { tax, total } = draftInvoice([item(5_555n, 230_000), item(1_111n, 230_000)]);

  expect(tax).toBe(1_533n); // 12.78 + 2.56 would be 15.34
  expect(total).toBe(8_199n);
});

test("totals are the sums of lines and taxes, whatever the lines", () => {
  fc.assert(
    fc.property(fc.array(anyItem, { minLength: 1, maxLength: 50 }), (items) => {
      const { lines, taxes, subtotal, tax, total } = draftInvoice(items);
      const taxable = taxes.reduce((all, each) => all + each.taxable, 0n);
      expect(lines.reduce((all, { amount }) => all + amount, 0n)).toBe(subtotal);
      expect(taxes.reduce((all, { amount }) => all + amount, 0n)).toBe(tax);
      expect([taxable, total]).toEqual([subtotal, subtotal + tax]);
      expect(new Set(taxes.map(({ rate_ppm }) => rate_ppm)).size).toBe(taxes.length);
    }),
  );
});

test("every cent from 0 to 1000.00 stays what it is", () => {
  for (let cents = 0n; cents <= 100_000n; cents += 1n) {
    expect(draftInvoice([item(cents)]).total).toBe(cents);
  }
});

test("a discount lowers the total, but never below nothing", () => {
  expect(draftInvoice([item(1_000n), item(-1_000n)]).total).toBe(0n);
  expect(() => draftInvoice([item(1_000n), item(-1_001n)])).toThrow(NegativeTotalError);
});

test("a line rounds half away from zero", () => {
  expect(draftInvoice([item(1n, 0, "2.5"), item(-1n, 0, "0.5")]).lines).toMatchObject([
    { position: 1, amount: 3n },
    { position: 2, amount: -1n },
  ]);
});
