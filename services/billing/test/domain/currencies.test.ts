import { expect, test } from "@jest/globals";
import { currencies, minorDigits } from "../../src/domain/currencies.ts";

test.each([
  ["EUR", 2],
  ["JPY", 0],
  ["KWD", 3],
  ["CLF", 4],
  ["HUF", 2], // Intl says 0, as people write it: ISO 4217 has fillér
  ["IQD", 3],
])("%s has %i digits", (currency, digits) => {
  expect(minorDigits(currency)).toBe(digits);
});

test("every currency has its digits, and what is none has not", () => {
  expect(currencies.length).toBeGreaterThan(150);
  expect(currencies.every((code) => /^[A-Z]{3}$/.test(code) && minorDigits(code) >= 0)).toBe(true);
  expect(() => minorDigits("BTC")).toThrow(RangeError);
});
