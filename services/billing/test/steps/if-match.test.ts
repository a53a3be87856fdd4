import { expect, test } from "@jest/globals";
import { isNotModified, readIfMatch } from "../../src/steps/if-match.ts";

function judge(header: string, kind: "version" | "any" = "version"): string {
  try {
    readIfMatch(header, kind)(3);
    return "passes";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

test.each([
  ['"3"', "passes"],
  ['"1", "3"', "passes"],
  ["", "if_match_missing"],
  ['"2"', "version_mismatch"],
  ['W/"3"', "version_mismatch"],
  ["3", "if_match_malformed"],
  ['"3', "if_match_malformed"],
  ["*", "if_match_malformed"],
])("If-Match %p against version 3: %s", (header, outcome) => {
  expect(judge(header)).toBe(outcome);
});

test("a star passes only where no money moves", () => {
  expect(judge("*", "any")).toBe("passes");
});

test("If-None-Match compares weakly", () => {
  expect(isNotModified('W/"3"', '"3"')).toBe(true);
  expect(isNotModified('"1", "3"', '"3"')).toBe(true);
  expect(isNotModified("*", '"3"')).toBe(true);
  expect(isNotModified('"2"', '"3"')).toBe(false);
  expect(isNotModified("", '"3"')).toBe(false);
});
