import { once } from "node:events";
import { createServer } from "node:net";
import { expect, jest, test } from "@jest/globals";
import { startServer } from "@tollgate/shared/testing/start-server";
import { startProcess } from "./support/process.ts";

jest.setTimeout(60_000); // processes start here, on a machine that may be busy

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
    GATEWAY_LOG_LEVEL: "loud",
  });

  expect(await gateway.exitCode()).toBe(1);
  const message = String(gateway.lines.at(-1)?.msg);
  expect(message).toContain('GATEWAY_PORT is "eighty"');
  expect(message).toContain('GATEWAY_DRAIN_MS is "-1"');
  expect(message).toContain('GATEWAY_LOG_LEVEL is "loud"');
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
