import { access, readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { createCluster } from "@tollgate/shared/embedded-postgres/create-cluster";
import { findBinaries } from "@tollgate/shared/embedded-postgres/find-binaries";
import { chooseServerUser } from "@tollgate/shared/embedded-postgres/server-user";
import { waitForDatabase } from "@tollgate/shared/postgres/wait-for-database";
import { keptPort } from "../ports.ts";
import { type Keeping, type Kept, keepRunning } from "../processes/keep-running.ts";
import { launchPostgres } from "./launch-postgres.ts";
import { stopLeftover } from "./stop-leftover.ts";

export type PostgresOptions = Omit<Keeping, "name" | "launch"> & {
  /** Holds the cluster, its port and its log. */
  folder: string;
  passwordFile: string;
  stopped: AbortSignal;
};

/** A real PostgreSQL for as long as it is not disposed of; resolves before it lets anybody in. */
export async function keepPostgres(options: PostgresOptions): Promise<Kept & { port: number }> {
  const folder = await realpath(options.folder);
  const cluster = join(folder, "postgres");
  const { initdb, postgres } = await findBinaries();
  const user = await chooseServerUser(cluster);
  if (!(await isThere(cluster))) {
    const password = (await readFile(options.passwordFile, "utf8")).trim();
    await createCluster({ cluster, initdb, user, password, stopped: options.stopped });
  }
  await stopLeftover(cluster); // before its port is looked at, which it may hold
  const port = await keptPort(join(folder, "postgres.port"));
  const launch = { cluster, postgres, user, port, logFile: join(folder, "postgres.log") };
  const kept = keepRunning({ ...options, name: "postgres", launch: () => launchPostgres(launch) });
  return Object.assign(kept, { port });
}

export async function hasCluster(folder: string): Promise<boolean> {
  return await isThere(join(folder, "postgres"));
}

/** Returns once the server lets its superuser in; a password that it refuses is a fault. */
export async function waitForPostgres(port: number, passwordFile: string): Promise<void> {
  const password = encodeURIComponent((await readFile(passwordFile, "utf8")).trim());
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  await waitForDatabase(`the password in ${passwordFile}`, url);
}

async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
