import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, rm } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { createCluster } from "../embedded-postgres/create-cluster.ts";
import { findBinaries } from "../embedded-postgres/find-binaries.ts";
import { programAs } from "../embedded-postgres/program.ts";
import { serverArguments } from "../embedded-postgres/server-arguments.ts";
import { chooseServerUser } from "../embedded-postgres/server-user.ts";
import { waitForDatabase } from "../postgres/wait-for-database.ts";
import { freePort } from "./free-port.ts";

export type Throwaway = {
  /** Becomes the server's, and is removed with it. */
  folder: string;
  password: string;
  /** What the server is started with; unless said, what is fast and loses data when it is killed. */
  settings?: Readonly<Record<string, string>>;
};

/** A real PostgreSQL from npm, on loopback, none of whose data is kept; `url` is its superuser's. */
export async function startThrowawayPostgres({ folder, password, settings = careless }: Throwaway) {
  const cluster = join(folder, "postgres");
  const { initdb, postgres } = await findBinaries();
  const user = await chooseServerUser(cluster);
  await chmod(folder, 0o711); // the server may run as another user, and has to get to its own folder
  await createCluster({ cluster, initdb, user, password, stopped: new AbortController().signal });

  const port = await freePort();
  const program = await programAs(user, postgres, serverArguments({ cluster, port, settings }), [
    cluster,
  ]);
  const server = spawn(program.command, program.args, {
    ...program.options,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = once(server, "exit");
  const said = server.stderr === null ? Promise.resolve("") : text(server.stderr);
  const died = ended.then(async () => {
    throw new Error(`PostgreSQL did not start: ${(await said).trim()}`);
  });
  died.catch(() => {});

  async function remove(): Promise<void> {
    for (const signal of signals) process.off(signal, leave);
    server.kill("SIGINT");
    await ended;
    await rm(folder, { recursive: true, force: true });
  }
  const leave = () => void remove().then(() => process.exit(130));
  for (const signal of signals) process.once(signal, leave); // the run it belongs to was broken off

  const url = `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`;
  await Promise.race([waitForDatabase("PostgreSQL for tests", url), died]);
  return { url, cluster, [Symbol.asyncDispose]: remove };
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const careless = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };
