import { execFile } from "node:child_process";
import { readFile, readlink } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * Is this process the PostgreSQL server of this cluster? Numbers of processes are used again, so it
 * has to show it: by working in the cluster's folder, as every server does, or by its command line.
 */
export async function isServerOf(cluster: string, pid: number): Promise<boolean> {
  if (process.platform !== "linux") return isCommandFor(cluster, await listedCommand(pid));
  const [folder, command] = await Promise.all([
    readlink(`/proc/${pid}/cwd`).catch(() => ""),
    readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => ""),
  ]);
  // Nothing is left of a zombie's command.
  if (folder === cluster && command !== "") return true;
  return isCommandFor(cluster, command.replaceAll("\0", " "));
}

async function listedCommand(pid: number): Promise<string> {
  const listed = await run("ps", ["-ww", "-o", "args=", "-p", String(pid)]).catch(() => undefined);
  return listed?.stdout.trim() ?? "";
}

function isCommandFor(cluster: string, command: string): boolean {
  return /\/(postgres|postmaster) /.test(command) && `${command} `.includes(` ${cluster} `);
}
