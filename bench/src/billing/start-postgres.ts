import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startThrowawayPostgres } from "@tollgate/shared/testing/throwaway-postgres";
import { peerCore } from "../machine/child.ts";

export const superuserPassword = "for-the-bench-only";

export type Postgres = Awaited<ReturnType<typeof startPostgres>>;

/** A real PostgreSQL as it is by default: what it has acknowledged is on the disk. */
export async function startPostgres() {
  const folder = mkdtempSync(join(tmpdir(), "tollgate-bench-postgres-"));
  const server = await startThrowawayPostgres({
    folder,
    password: superuserPassword,
    settings: {},
  });
  const pid = Number.parseInt(readFileSync(join(server.cluster, "postmaster.pid"), "utf8"), 10);
  // What it starts for each connection stays on the core of the server.
  spawnSync("taskset", ["-a", "-c", "-p", String(peerCore), String(pid)]);
  process.once("exit", () => endNow(pid));
  return {
    pid,
    port: Number(new URL(server.url).port),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** A last resort, for when the bench is broken off: its data is nobody's. */
function endNow(pid: number): void {
  try {
    process.kill(pid, "SIGQUIT");
  } catch {
    // It has ended, as it should.
  }
}
