import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** The gateway as a process of its own, as it runs in a container. */
export async function startProcess(yaml: string, env: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), "gateway-process-"));
  const file = join(folder, "gateway.yaml");
  await writeFile(file, yaml);
  const child = spawn(process.execPath, [main], {
    env: { GATEWAY_CONFIG: file, GATEWAY_PORT: "0", GATEWAY_ADMIN_PORT: "0", ...env },
  });
  const lines: Record<string, unknown>[] = [];
  let waiting: (() => void)[] = [];
  createInterface(child.stdout).on("line", (line) => {
    lines.push(JSON.parse(line));
    for (const wake of waiting.splice(0)) wake();
  });
  let errors = "";
  child.stderr.on("data", (data) => {
    errors += data;
  });
  const ended = once(child, "exit") as Promise<[number | null]>;
  return {
    child,
    file,
    lines,
    errors: () => errors,
    exitCode: async () => (await ended)[0],
    /** The line about this event, or the second, third … one. */
    async line(event: string, count = 1): Promise<Record<string, unknown>> {
      for (;;) {
        const found = lines.filter((each) => each.event === event);
        if (found[count - 1] !== undefined) return found[count - 1] ?? {};
        const { promise, resolve } = Promise.withResolvers<void>();
        waiting = [...waiting, resolve];
        await promise;
      }
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
