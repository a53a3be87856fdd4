import { expect, test } from "@jest/globals";
import { defineProblems } from "../src/problem.ts";

const problem = defineProblems({
  refused: { status: 401, title: "Refused" },
  broken: { status: 500, title: "Broken" },
});

test("a refusal costs no walk over the stack, and others' errors still have theirs", () => {
  expect(problem("refused").stack).not.toContain("problem.test");
  expect(new Error("another").stack).toContain("problem.test");
});

test("a bug of ours tells the line that raised it", () => {
  const [, first] = problem("broken").stack?.split("\n") ?? [];
  expect(first).toContain("problem.test");
});
