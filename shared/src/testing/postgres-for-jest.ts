import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startThrowawayPostgres } from "./throwaway-postgres.ts";

/** Jest's global set-up and tear-down: one throwaway server for all files of a run. */
type Cluster = Awaited<ReturnType<typeof startThrowawayPostgres>>;

let cluster: Cluster | undefined;

export async function startForRun(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "tollgate-test-"));
  cluster = await startThrowawayPostgres({ folder, password: "for-tests-only" });
  process.env.TEST_POSTGRES_URL = cluster.url;
}

export async function stopAfterRun(): Promise<void> {
  await cluster?.[Symbol.asyncDispose]();
}
