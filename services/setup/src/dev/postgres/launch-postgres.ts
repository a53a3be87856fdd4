import { spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile } from "node:fs/promises";
import { howItEnded, type Process } from "../processes/process.ts";
import { programAs } from "./program.ts";
import type { User } from "./server-user.ts";
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
  const args = ["-D", cluster, "-p", String(port), ...fixedSettings];
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

const fixedSettings = [
  ["listen_addresses", "127.0.0.1"],
  ["unix_socket_directories", ""],
].flatMap(([name, value]) => ["-c", `${name}=${value}`]);

async function complaintIn(logFile: string): Promise<string> {
  const lines = (await readFile(logFile, "utf8")).trim().split("\n");
  const line = lines.findLast((each) => /(FATAL|PANIC):/.test(each)) ?? lines.at(-1) ?? "";
  return line.replace(/^.*?(FATAL|PANIC|LOG): +/, "");
}
