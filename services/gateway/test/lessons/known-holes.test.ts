import { globSync, readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { knownHoles } from "./known-holes.ts";

const folder = new URL("../", import.meta.url);

/** What the tests beside these say, without what their comments say. */
const spoken = globSync("**/*.test.ts", { cwd: folder })
  .filter((file) => !file.startsWith("lessons"))
  .map((file) => readFileSync(new URL(file, folder), "utf8"))
  .join("\n")
  .replace(/^\s*(?:\/\/|\/?\*).*$/gm, "");

test.each(Object.entries(knownHoles))("%s has a test that bears its number: %s", (number) => {
  expect(spoken).toMatch(new RegExp(`["(, ]${number}(?!\\d)`));
});

test("no test bears a number that is none of these", () => {
  const borne =
    spoken.match(/CVE-\d{4}-\d+|GHSA(?:-\w{4}){3}|\b[\w/-]+(?: Gateway)? #\d{2,}/g) ?? [];

  expect(borne.filter((number) => !(number in knownHoles))).toEqual([]);
});
