import { expect, test } from "@jest/globals";
import { problemGuide } from "@tollgate/shared/problem-guide/whole";
import { billingProblems } from "../src/problems.ts";

test("every code of billing is explained, with the status that it has", () => {
  for (const [code, { status }] of Object.entries(billingProblems)) {
    expect({ code, status: problemGuide[code]?.[0] }).toEqual({ code, status });
  }
});
