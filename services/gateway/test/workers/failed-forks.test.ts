import { mkdir, mkdtemp, rm, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, jest, test } from "@jest/globals";
import { startServer } from "@tollgate/shared/testing/start-server";
import { startProcess } from "../support/process.ts";

jest.setTimeout(180_000); // processes start and are replaced

const routes = (upstream: string) =>
  `routes: [{ path: /a, upstream: "${upstream}", access: public }]\n`;

/** Two workers that can be forked while `folder` is there, and not otherwise. */
async function startIn(folder: string, yaml: string) {
  const preload = `import cluster from "node:cluster"; if (cluster.isPrimary) cluster.setupPrimary({ cwd: ${JSON.stringify(folder)} });`;
  return await startProcess(yaml, {
    GATEWAY_WORKERS: "2",
    GATEWAY_DRAIN_NOTICE_MS: "0",
    NODE_OPTIONS: `--import=data:text/javascript;base64,${Buffer.from(preload).toString("base64")}`,
  });
}

async function missingFolder(parts: AsyncDisposableStack): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), "gateway-forks-"));
  parts.defer(() => rm(parent, { recursive: true, force: true }));
  return join(parent, "work");
}

const timeOf = ({ time }: Record<string, unknown>) => new Date(time as string | number).getTime();

test("workers that cannot be forked are tried again, ever later, until they can", async () => {
  await using parts = new AsyncDisposableStack();
  const folder = await missingFolder(parts);
  await using upstream = await startServer((_req, res) => void res.end("ok"));
  await using gateway = await startIn(folder, routes(upstream.url));

  const first = await gateway.line("worker_ended");
  const sixth = await gateway.line("worker_ended", 6);
  await mkdir(folder);
  const { port } = await gateway.line("listening");
  const response = await fetch(`http://127.0.0.1:${port}/a`);
  gateway.child.kill("SIGTERM");

  expect(first).toMatchObject({ level: "error", code: expect.stringMatching(/^spawn .* ENOENT$/) });
  expect(timeOf(sixth) - timeOf(first)).toBeGreaterThanOrEqual(450);
  expect(response.status).toBe(200);
  expect(await gateway.exitCode()).toBe(0);
  expect(gateway.errors()).toBe("");
});

test("while a worker that ended cannot be replaced, the other one serves", async () => {
  await using parts = new AsyncDisposableStack();
  const folder = await missingFolder(parts);
  await mkdir(folder);
  await using upstream = await startServer((_req, res) => void res.end("ok"));
  await using gateway = await startIn(folder, routes(upstream.url));
  const { port, admin_port } = await gateway.line("listening");
  const call = async () => (await fetch(`http://127.0.0.1:${port}/a`)).status;
  const ready = async () => (await fetch(`http://127.0.0.1:${admin_port}/readyz`)).status;
  const { pid } = await gateway.line("worker_listening");

  await rmdir(folder);
  process.kill(Number(pid), "SIGKILL");
  await gateway.line("worker_ended", 4);
  const during = [await call(), await ready()];
  await mkdir(folder);
  await gateway.line("worker_listening", 3);
  const after = [await call(), await ready()];

  expect(during).toEqual([200, 503]);
  expect(after).toEqual([200, 200]);
});
