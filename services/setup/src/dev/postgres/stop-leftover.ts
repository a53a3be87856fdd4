import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { DevError } from "../dev-error.ts";
import { isServerOf } from "./is-server-of.ts";

/**
 * Stops the server that a crashed run left behind on this cluster, so that there are never two.
 * The number in its pid file may be another program's by now: that one is left alone, and the file,
 * for which PostgreSQL would refuse to start, is removed.
 */
export async function stopLeftover(cluster: string): Promise<void> {
  const pidFile = join(cluster, "postmaster.pid");
  const pid = Number.parseInt(await readFile(pidFile, "utf8").catch(() => ""), 10);
  const isOurs = async () => pid > 0 && (await isServerOf(cluster, pid));
  if (await isOurs()) {
    for (const [signal, patienceMs] of hints) {
      signalTo(pid, signal);
      if (await isTrueWithin(patienceMs, async () => !(await isOurs()))) break;
    }
    if (await isOurs())
      throw new DevError(`The server of ${cluster} (process ${pid}) does not stop`);
  }
  await rm(pidFile, { force: true });
}

/** Fast shutdown, immediate shutdown: PostgreSQL keeps what was committed in either. */
const hints = [
  ["SIGINT", 15_000],
  ["SIGQUIT", 10_000],
] as const;

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return;
    throw new DevError(
      `The PostgreSQL of an earlier make dev still runs (process ${pid}) and belongs to another user: stop it as that user`,
    );
  }
}

async function isTrueWithin(patienceMs: number, check: () => Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  while (!(await check())) {
    if (Date.now() >= deadline) return false;
    await pause(25);
  }
  return true;
}
