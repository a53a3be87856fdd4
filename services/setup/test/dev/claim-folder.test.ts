import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { claimFolder } from "../../src/dev/claim-folder.ts";

test("a folder can be had by one at a time, and again when that one has left", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tollgate-claim-"));
  const first = claimFolder(folder, () => "");

  expect(() => claimFolder(folder, () => " (process 12)")).toThrow(
    "make dev is running already (process 12): stop that one first",
  );
  first[Symbol.dispose]();
  claimFolder(folder, () => "")[Symbol.dispose]();

  await rm(folder, { recursive: true });
});
