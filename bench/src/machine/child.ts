import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { BenchError } from "./bench-error.ts";

/** The client and the upstream share a core, so that what is measured has the other for itself. */
export const loadCore = 0;
export const peerCore = 1;

export type Child = AsyncDisposable & { readonly pid: number; readonly name: string };

export type ChildOptions = {
  name: string;
  core: number;
  command: readonly string[];
  /** Where both outputs go; `out` takes standard output away from it. */
  log: string;
  out?: string;
  env?: Record<string, string>;
};

const living = new Set<ChildProcess>();

/** A last resort for whatever way the bench ends: nothing that it started outlives it. */
process.once("exit", () => {
  for (const child of living) child.kill("SIGKILL");
});

/** Starts a process pinned to a core; disposing stops it, by its id. */
export function startChild(options: ChildOptions): Child {
  const child = spawnPinned(options);
  const { name } = options;
  return { name, pid: child.pid as number, [Symbol.asyncDispose]: () => stop(child) };
}

/** Runs a process on a core to its end; one that fails or takes longer than it may is an error. */
export async function runChild(options: ChildOptions & { timeoutMs: number }): Promise<void> {
  const child = spawnPinned(options);
  const impatience = setTimeout(() => child.kill("SIGKILL"), options.timeoutMs);
  const [code] = await once(child, "exit");
  clearTimeout(impatience);
  if (code !== 0) throw new BenchError(`${options.name} failed (${code ?? "killed"})`);
}

function spawnPinned({ name, core, command, log, out, env }: ChildOptions): ChildProcess {
  const logFile = openSync(log, "a");
  const outFile = out === undefined ? logFile : openSync(out, "a");
  // taskset becomes the command it starts, so the id is the command's own.
  const child = spawn("taskset", ["-c", String(core), ...command], {
    stdio: ["ignore", outFile, logFile],
    env: { PATH: `${process.env.PATH}:/usr/sbin`, HOME: process.env.HOME, ...env },
  });
  closeSync(logFile);
  if (outFile !== logFile) closeSync(outFile);
  living.add(child);
  child.once("exit", () => living.delete(child));
  if (child.pid === undefined) throw new BenchError(`${name} cannot be started`);
  return child;
}

async function stop(child: ChildProcess): Promise<void> {
  if (!living.has(child)) return;
  const gone = once(child, "exit");
  const impatience = setTimeout(() => child.kill("SIGKILL"), 3_000);
  child.kill("SIGTERM");
  await gone;
  clearTimeout(impatience);
}

/** Waits until `isUp` says so, or throws with the end of the child's log. */
export async function untilUp(child: Child, log: string, isUp: () => Promise<boolean>) {
  const deadline = performance.now() + 15_000;
  while (performance.now() < deadline) {
    if (await isUp().catch(() => false)) return;
    if (![...living].some(({ pid }) => pid === child.pid)) break;
    await sleep(50);
  }
  const said = readFileSync(log, "utf8").trim().split("\n").slice(-5).join("\n");
  throw new BenchError(`${child.name} did not come up. Its last words:\n${said}`);
}

/** Moves the bench itself to the load's core, with all that it starts unless told otherwise. */
export function moveToLoadCore(): void {
  spawnSync("taskset", ["-a", "-c", "-p", String(loadCore), String(process.pid)]);
}
