import { existsSync, readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Ports } from "./ports.ts";

export type RunningStack = { localUrl: string; ports: Ports; postgres: { port: number } };

/**
 * dev.json says what is running: to the demo, and to whoever wants to look behind the gateway. It
 * is there for as long as it is running, and after a crash until the next start.
 */
export async function writeRunningFile(folder: string, stack: RunningStack) {
  const { localUrl, ports, postgres } = stack;
  const content = {
    pid: process.pid,
    gatewayUrl: localUrl,
    databaseUrl: `postgres://postgres@127.0.0.1:${postgres.port}/`,
    ports,
  };
  const path = pathIn(folder);
  await rm(path, { force: true }); // a file of root's can be removed from our folder, not written to
  await writeFile(path, `${JSON.stringify(content, null, 2)}\n`);
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
}

/** Did the last one to run here end without a chance to say so? */
export function wasKilled(folder: string): boolean {
  return existsSync(pathIn(folder));
}

/** Who has the folder, as far as can be told: "" or " (process 12, http://localhost:9001)". */
export function describeHolder(folder: string): string {
  try {
    const { pid, gatewayUrl } = JSON.parse(readFileSync(pathIn(folder), "utf8"));
    return ` (process ${pid}, ${gatewayUrl})`;
  } catch {
    return ""; // it has only just begun
  }
}

function pathIn(folder: string): string {
  return join(folder, "dev.json");
}
