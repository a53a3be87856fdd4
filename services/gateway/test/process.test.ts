import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";
import { startServer } from "@tollgate/shared/testing/start-server";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** The gateway as a process of its own, as it runs in a container. */
async function startProcess(yaml: string, env: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), "gateway-process-"));
  const file = join(folder, "gateway.yaml");
  await writeFile(file, yaml);
  const child = spawn(process.execPath, [main], {
    env: { GATEWAY_CONFIG: file, GATEWAY_PORT: "0", GATEWAY_ADMIN_PORT: "0", ...env },
  });
  const lines: Record<string, unknown>[] = [];
  let waiting: (() => void)[] = [];
  child.stdout.on("data", (data) => {
    for (const line of String(data).split("\n").filter(Boolean)) lines.push(JSON.parse(line));
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
    async line(event: string): Promise<Record<string, unknown>> {
      for (;;) {
        const found = lines.find((each) => each.event === event);
        if (found !== undefined) return found;
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

test("a configuration with faults ends the process with status 1 and all of them in its last line", async () => {
  await using gateway = await startProcess(
    "routes:\n  - { path: /a/, upstream: http://example.com, access: public }\n",
    { GATEWAY_LOG_LEVEL: "info" },
  );

  expect(await gateway.exitCode()).toBe(1);
  expect(gateway.lines.at(-1)).toMatchObject({
    level: "fatal",
    event: "config_invalid",
    faults: [
      expect.stringMatching(/gateway\.yaml:2:13: routes\.0\.path: must be a plain path/),
      expect.stringMatching(/gateway\.yaml:2:28: routes\.0\.upstream: must be https/),
    ],
  });
  expect(gateway.errors()).toBe("");
});

test("bad variables are all named in one line", async () => {
  await using gateway = await startProcess("routes: []\n", {
    GATEWAY_PORT: "eighty",
    GATEWAY_DRAIN_MS: "-1",
  });

  expect(await gateway.exitCode()).toBe(1);
  const message = String(gateway.lines.at(-1)?.msg);
  expect(message).toContain('GATEWAY_PORT is "eighty"');
  expect(message).toContain('GATEWAY_DRAIN_MS is "-1"');
});

test("a port that is taken is one line that names the port and its variable", async () => {
  const taken = createServer().listen(0);
  await once(taken, "listening");
  const { port } = taken.address() as { port: number };
  await using gateway = await startProcess(
    "routes: [{ path: /a, upstream: http://localhost:1, access: public }]\n",
    { GATEWAY_PORT: String(port) },
  );

  expect(await gateway.exitCode()).toBe(1);
  expect(gateway.lines.at(-1)?.msg).toBe(`port ${port} is taken: set GATEWAY_PORT to a free one`);
  taken.close();
});

test("on SIGTERM what is in flight is finished, nothing new is taken, and the process exits with 0", async () => {
  const { promise: reached, resolve } = Promise.withResolvers<() => void>();
  await using upstream = await startServer((_req, res) =>
    resolve(() => void res.end("late but whole")),
  );
  await using gateway = await startProcess(
    `routes: [{ path: /a, upstream: "${upstream.url}", access: public }]\n`,
    { GATEWAY_DRAIN_NOTICE_MS: "0" },
  );
  const { port } = await gateway.line("listening");
  const url = `http://127.0.0.1:${port}/a`;
  const inFlight = fetch(url);
  const answer = await reached;

  gateway.child.kill("SIGTERM");
  await gateway.line("stop_requested");
  await expect(fetch(url)).rejects.toThrow();
  answer();

  expect(await (await inFlight).text()).toBe("late but whole");
  expect(await gateway.exitCode()).toBe(0);
  expect(gateway.lines.at(-1)).toMatchObject({ event: "stopped" });
});
