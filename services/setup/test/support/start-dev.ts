import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { freePorts } from "../../src/dev/ports.ts";
import { stopLeftover } from "../../src/dev/postgres/stop-leftover.ts";

const main = fileURLToPath(new URL("../../src/dev/main.ts", import.meta.url));

/** A data folder of its own; whatever a test left running in it is stopped. */
export async function dataFolder() {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "tollgate-dev-")));
  const [gatewayPort = 0] = await freePorts(1);
  const read = async (path: string) => (await readFile(join(folder, path), "utf8")).trim();
  return {
    folder,
    gatewayPort,
    gatewayUrl: `http://localhost:${gatewayPort}`,
    read,
    /** The number of the PostgreSQL server that its pid file names. */
    serverPid: async () => Number.parseInt(await read("postgres/postmaster.pid"), 10),
    start: (env: Record<string, string> = {}) =>
      startDev({ DEV_DATA_DIR: folder, GATEWAY_PORT: String(gatewayPort), ...env }),
    async [Symbol.asyncDispose]() {
      await stopLeftover(join(folder, "postgres"));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** `make dev` as a process of its own, with what it prints. */
function startDev(env: Record<string, string>) {
  const child = spawn(process.execPath, [main], { env: { PATH: process.env.PATH, ...env } });
  const lines: string[] = [];
  const printed = new EventTarget();
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on("line", (line) => {
      lines.push(line);
      printed.dispatchEvent(new Event("line"));
    });
  }
  const ended = once(child, "close").finally(() => printed.dispatchEvent(new Event("line")));
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  return {
    lines,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    exitCode: async () => (await ended)[0] as number | null,
    /** Resolves with the first line that fits. */
    async line(pattern: RegExp): Promise<string> {
      for (;;) {
        const found = lines.find((line) => pattern.test(line));
        if (found !== undefined) return found;
        if (hasEnded()) throw new Error(`It ended without ${pattern}:\n${lines.join("\n")}`);
        await once(printed, "line");
      }
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Resolves once nothing listens on the port. */
export async function portCloses(port: number, host = "127.0.0.1"): Promise<void> {
  for (;;) {
    const socket = createConnection({ port, host });
    try {
      await once(socket, "connect");
    } catch {
      return;
    } finally {
      socket.destroy();
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
