import { spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile } from "node:fs/promises";
import { programAs } from "@tollgate/shared/embedded-postgres/program";
import { serverArguments } from "@tollgate/shared/embedded-postgres/server-arguments";
import type { User } from "@tollgate/shared/embedded-postgres/server-user";
import { howItEnded, type Process } from "../processes/process.ts";
import { stopLeftover } from "./stop-leftover.ts";

export type PostgresLaunch = {
  cluster: string;
  postgres: string;
  user: User | undefined;
  port: number;
  logFile: string;
};

/** The server on loopback and nowhere else, not even on a socket file, after any earlier one. */
export async function launchPostgres(launch: PostgresLaunch): Promise<Process> {
  const { cluster, postgres, user, port, logFile } = launch;
  await stopLeftover(cluster);
  const args = serverArguments({ cluster, port });
  const { command, args: words, options } = await programAs(user, postgres, args, [cluster]);
  await using log = await open(logFile, "w");
  const server = spawn(command, words, {
    ...options,
    stdio: ["ignore", log.fd, log.fd], // a file, as it may outlive us
    detached: true, // a terminal's Ctrl-C would stop it before the services that need it
  });
  const ended = once(server, "exit").then(
    async ([code, signal]) => ({
      how: howItEnded(code, signal),
      lastWords: await complaintIn(logFile),
      isFault: false,
    }),
    (error: Error) => ({ how: "not started", lastWords: error.message, isFault: true }),
  );
  return {
    ended,
    stop: () => void server.kill("SIGINT"), // fast: what is open is rolled back
    kill: () => void server.kill("SIGQUIT"), // immediate: SIGKILL would leave its children behind
  };
}

async function complaintIn(logFile: string): Promise<string> {
  const lines = (await readFile(logFile, "utf8")).trim().split("\n");
  const line = lines.findLast((each) => /(FATAL|PANIC):/.test(each)) ?? lines.at(-1) ?? "";
  return line.replace(/^.*?(FATAL|PANIC|LOG): +/, "");
}
