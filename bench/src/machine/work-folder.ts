import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder for configurations, keys and logs that is gone when the bench is, however it ends. */
export function makeWorkFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "tollgate-bench-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
