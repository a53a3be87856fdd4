import { accessSync, constants } from "node:fs";
import { availableParallelism } from "node:os";
import { delimiter, join } from "node:path";
import { BenchError } from "./bench-error.ts";

/** Debian's packages by the program that is looked for. */
const packages = { nginx: "nginx-light", wrk: "wrk", haproxy: "haproxy", taskset: "util-linux" };

/** Throws one line that says what to install; the bench installs nothing itself. */
export function checkPrerequisites(): void {
  const missing = Object.entries(packages).filter(([program]) => !isInstalled(program));
  if (missing.length > 0) {
    const names = missing.map(([, name]) => name).join(" ");
    throw new BenchError(`The bench needs Debian's own: apt-get install ${names}`);
  }
  if (availableParallelism() < 2) throw new BenchError("The bench needs two cores");
  if (Number.parseInt(process.versions.node, 10) < 24) {
    throw new BenchError("The bench needs the project's Node: npm run bench --workspace bench");
  }
}

function isInstalled(program: string): boolean {
  // Debian keeps nginx and haproxy where a plain user's PATH does not look.
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"];
  return folders.some((folder) => isExecutable(join(folder, program)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
