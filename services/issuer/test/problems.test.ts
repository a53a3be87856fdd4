import { expect, test } from "@jest/globals";
import { problemGuide } from "@tollgate/shared/problem-guide/whole";
import { problemCatalogue } from "../src/problems.ts";

test("every code of the issuer is explained, with the status that it has", () => {
  for (const [code, { status }] of Object.entries(problemCatalogue)) {
    expect({ code, status: problemGuide[code]?.[0] }).toEqual({ code, status });
  }
});
