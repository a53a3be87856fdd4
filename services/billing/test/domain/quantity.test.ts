import { expect, test } from "@jest/globals";
import { canonicalQuantity, quantityPattern, thousandths } from "../../src/domain/quantity.ts";

test.each([
  ["1", 1_000n, "1"],
  ["10", 10_000n, "10"],
  ["1.5", 1_500n, "1.5"],
  ["1.500", 1_500n, "1.5"],
  ["100.000", 100_000n, "100"],
  ["0.001", 1n, "0.001"],
  ["999999999.999", 999_999_999_999n, "999999999.999"],
])("%s is %s thousandths and is written %s", (text, exact, canonical) => {
  expect(text).toMatch(quantityPattern);
  expect(thousandths(text)).toBe(exact);
  expect(canonicalQuantity(text)).toBe(canonical);
});

test.each(["", "1.", ".5", "01", "1.0001", "-1", "1e3", "1,5", " 1", "1234567890"])(
  "%p is no quantity",
  (text) => {
    expect(text).not.toMatch(quantityPattern);
  },
);
