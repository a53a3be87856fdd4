import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "./embedded-postgres.ts";

/** Jest's global set-up and tear-down: one throwaway server for all files of a run. */
type Cluster = Awaited<ReturnType<typeof startEmbeddedPostgres>>;

let cluster: Cluster | undefined;

export async function startForRun(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), "tollgate-test-"));
  cluster = await startEmbeddedPostgres({ dataDir, password: "for-tests-only", keep: false });
  process.env.TEST_POSTGRES_URL = cluster.url;
}

export async function stopAfterRun(): Promise<void> {
  await cluster?.[Symbol.asyncDispose]();
}
