import { expect, test } from "@jest/globals";
import { type Finding, judge } from "../src/results/finding.ts";

function finding(bound: Finding["bound"], found: number, noise = 0.05): Finding {
  return { what: "a figure", bound, wanted: 2, found, unit: " ×", digits: 2, noise };
}

test.each([
  ["at least", 2, "met"],
  ["at least", 1.91, "within noise"],
  ["at least", 1.89, "MISSED"],
  ["at most", 2, "met"],
  ["at most", 2.09, "within noise"],
  ["at most", 2.11, "MISSED"],
] as const)("a bar of %s 2, with 5 %% noise, is by %d: %s", (bound, found, verdict) => {
  expect(judge(finding(bound, found))).toBe(verdict);
});

test("what is counted has no noise", () => {
  expect(judge(finding("at most", 3, 0))).toBe("MISSED");
});

test("a figure that could not be measured misses its bar", () => {
  expect(judge(finding("at least", Number.NaN))).toBe("MISSED");
  expect(judge(finding("at most", Number.NaN))).toBe("MISSED");
});
