import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chown, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { CannotRun } from "./cannot-run.ts";
import { type Program, programAs } from "./program.ts";
import type { User } from "./server-user.ts";

export type NewCluster = {
  cluster: string;
  initdb: string;
  user: User | undefined;
  /** The superuser's. */
  password: string;
  stopped: AbortSignal;
};

/**
 * Makes a cluster whole or not at all: under another name first, so that what an interrupted initdb
 * leaves is never taken for one.
 */
export async function createCluster({ cluster, initdb, user, password, stopped }: NewCluster) {
  await removeUnfinished(cluster);
  const unfinished = `${cluster}.new-${randomBytes(4).toString("hex")}`;
  await mkdir(unfinished, { mode: 0o700 });
  const passwordFile = `${unfinished}.password`;
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600, flag: "wx" });
  try {
    for (const path of [unfinished, passwordFile]) {
      if (user !== undefined) await chown(path, user.uid, user.gid);
    }
    const settings = [`--pgdata=${unfinished}`, `--pwfile=${passwordFile}`, ...fixedSettings];
    const program = await programAs(user, initdb, settings, [unfinished]);
    await run(program, stopped);
    await rename(unfinished, cluster);
  } finally {
    await removeUnfinished(cluster);
  }
}

const fixedSettings = [
  "--username=postgres",
  "--auth=scram-sha-256",
  "--encoding=UTF8",
  "--locale-provider=builtin", // the same on every platform
  "--builtin-locale=C.UTF-8",
  "--no-locale",
];

async function run(program: Program, stopped: AbortSignal): Promise<void> {
  stopped.throwIfAborted();
  const { command, args, options } = program;
  const initdb = spawn(command, args, { ...options, stdio: ["ignore", "ignore", "pipe"] });
  const stop = () => initdb.kill();
  stopped.addEventListener("abort", stop);
  try {
    const said = initdb.stderr === null ? "" : text(initdb.stderr);
    const [code] = await once(initdb, "close"); // so that it writes nothing any more
    stopped.throwIfAborted();
    if (code !== 0) throw new Error((await said).trim().split("\n").slice(0, 2).join(" "));
  } catch (cause) {
    stopped.throwIfAborted();
    const reason = (cause as Error).message;
    throw new CannotRun(`PostgreSQL cannot make its data folder: ${reason}`, { cause });
  } finally {
    stopped.removeEventListener("abort", stop);
  }
}

async function removeUnfinished(cluster: string): Promise<void> {
  const folder = dirname(cluster);
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${basename(cluster)}.new-`)) continue;
    await rm(join(folder, name), { recursive: true, force: true });
  }
}
