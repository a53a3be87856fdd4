import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { get, type ServerResponse } from "node:http";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { expect, jest, test } from "@jest/globals";
import { freePort } from "@tollgate/shared/testing/free-port";
import { startServer } from "@tollgate/shared/testing/start-server";
import { startProcess } from "../support/process.ts";

jest.setTimeout(180_000); // three processes start in each test, on a machine that may be busy

const routes = (upstream: string, more = "") =>
  `routes: [{ path: /a, upstream: "${upstream}", access: public${more} }]\n`;

type Process = Awaited<ReturnType<typeof startProcess>>;

const startWorkers = (yaml: string, env: Record<string, string> = {}) =>
  startProcess(yaml, { GATEWAY_WORKERS: "2", GATEWAY_DRAIN_NOTICE_MS: "0", ...env });

async function urlOf(gateway: Process): Promise<string> {
  const { port } = await gateway.line("listening");
  return `http://127.0.0.1:${port}/a`;
}

/** The status of a request on a connection of its own: any worker may get it. */
async function call(url: string): Promise<number> {
  const [response] = await once(get(url, { agent: false }), "response");
  response.resume();
  await once(response, "end");
  return response.statusCode;
}

const callMany = (url: string, count: number) =>
  Promise.all(Array.from({ length: count }, () => call(url)));

/** Which worker takes a connection is the kernel's choice: calls until both have taken some. */
async function callUntilBothAnswered(gateway: Process, url: string): Promise<number[]> {
  const statuses: number[] = [];
  const answered = () =>
    new Set(
      gateway.lines.filter(({ event }) => event === "request_answered").map(({ worker }) => worker),
    );
  do statuses.push(...(await callMany(url, 30)));
  while (answered().size < 2);
  return statuses;
}

async function metricsOf(adminPort: number): Promise<string> {
  return await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text();
}

const count = (statuses: number[], status: number) =>
  statuses.filter((each) => each === status).length;

test("two workers share the port, and one that crashes is replaced", async () => {
  await using upstream = await startServer((_req, res) => void res.end("ok"));
  await using gateway = await startWorkers(routes(upstream.url));
  const url = await urlOf(gateway);
  await callUntilBothAnswered(gateway, url);
  const { pid } = await gateway.line("worker_listening");

  process.kill(Number(pid), "SIGKILL");
  const ended = await gateway.line("worker_ended");
  await gateway.line("worker_listening", 3);

  expect(ended).toMatchObject({ signal: "SIGKILL", level: "error" });
  expect(new Set(await callMany(url, 20))).toEqual(new Set([200]));
  expect(gateway.errors()).toBe("");
});

test("a rate holds over all workers: exactly the quota is allowed", async () => {
  await using upstream = await startServer((_req, res) => void res.end("ok"));
  await using gateway = await startWorkers(
    routes(upstream.url, ", limits: { rate: { requests: 100, per: 1h, key: address } }"),
  );
  const url = await urlOf(gateway);

  const statuses = await callUntilBothAnswered(gateway, url);
  while (statuses.length < 300) statuses.push(...(await callMany(url, 50)));

  // A worker may hold the last one of the quota for the second that a lease is good for.
  expect(count(statuses, 200)).toBeGreaterThanOrEqual(99);
  expect(count(statuses, 200)).toBeLessThanOrEqual(100);
  expect(count(statuses, 429)).toBe(statuses.length - count(statuses, 200));
});

test("a limit of concurrency holds over all workers, to the last place", async () => {
  const held: ServerResponse[] = [];
  let arrived = () => {};
  await using upstream = await startServer((_req, res) => {
    held.push(res);
    arrived();
  });
  await using gateway = await startWorkers(
    routes(upstream.url, ", limits: { concurrency: 10 }, timeouts: { headers: 60s }"),
  );
  const url = await urlOf(gateway);

  for (let round = 0; round < 3; round++) {
    held.length = 0;
    const calls = Array.from({ length: 40 }, () => call(url));
    let refused = 0;
    const full = Promise.withResolvers<void>();
    const look = () => (refused + held.length === 40 ? full.resolve() : undefined);
    arrived = look;
    for (const each of calls) {
      void each.then((status) => {
        if (status === 503) refused += 1;
        look();
      });
    }
    await full.promise;
    expect(held).toHaveLength(10);
    held.forEach((each) => void each.end("ok"));
    expect(count(await Promise.all(calls), 200)).toBe(10);
    await pause(20); // a refusal is good for ten milliseconds
  }
});

test("the admin port tells of all workers as one, also of what a dead one counted", async () => {
  await using upstream = await startServer((_req, res) => void res.end("ok"));
  const adminPort = await freePort();
  await using gateway = await startWorkers(routes(upstream.url), {
    GATEWAY_ADMIN_PORT: String(adminPort),
  });
  const url = await urlOf(gateway);
  const answered = (metrics: string) =>
    Number(/request_duration_seconds_count\{[^}]*route="\/a"[^}]*\} (\d+)/.exec(metrics)?.[1]);
  const { length } = await callUntilBothAnswered(gateway, url);
  const ready = await fetch(`http://127.0.0.1:${adminPort}/readyz`);

  const before = await metricsOf(adminPort);
  const { pid } = await gateway.line("worker_listening");
  process.kill(Number(pid), "SIGKILL");
  await gateway.line("worker_ended");
  const during = await metricsOf(adminPort);
  await gateway.line("worker_listening", 3);

  expect(ready.status).toBe(200);
  expect(answered(before)).toBe(length);
  expect(answered(during)).toBe(length);
  expect(before.match(/^# TYPE http_server_active_requests/gm)).toHaveLength(1);
});

test("routes are replaced in all workers, a bad file in none, and a replacement gets those in force", async () => {
  await using upstream = await startServer((req, res) => void res.end(req.url));
  await using gateway = await startWorkers(routes(upstream.url));
  const url = await urlOf(gateway);
  const other = url.replace("/a", "/b");

  await writeFile(gateway.file, routes(upstream.url).replace("/a", "/b"));
  gateway.child.kill("SIGHUP");
  await gateway.line("routes_reloaded", 2);
  const replaced = await callMany(other, 20);
  await writeFile(gateway.file, "routes: []\n");
  gateway.child.kill("SIGHUP");
  const { faults } = await gateway.line("routes_not_reloaded");
  for (const index of [1, 2]) {
    const { pid } = await gateway.line("worker_listening", index);
    process.kill(Number(pid), "SIGKILL");
    await gateway.line("worker_listening", index + 2);
  }

  expect(new Set(replaced)).toEqual(new Set([200]));
  expect(faults).toEqual([expect.stringMatching(/gateway\.yaml:1:9: routes/)]);
  expect(new Set(await callMany(other, 20))).toEqual(new Set([200]));
});

test("on SIGTERM all workers finish what is in flight, and the process exits with 0", async () => {
  const held: ServerResponse[] = [];
  const { promise: reached, resolve } = Promise.withResolvers<void>();
  await using upstream = await startServer((_req, res) => {
    if (held.push(res) === 10) resolve();
  });
  await using gateway = await startWorkers(routes(upstream.url));
  const calls = callMany(await urlOf(gateway), 10);
  await reached;

  gateway.child.kill("SIGTERM");
  await gateway.line("stop_requested");
  held.forEach((each) => void each.end("late but whole"));

  expect(new Set(await calls)).toEqual(new Set([200]));
  expect(await gateway.exitCode()).toBe(0);
  expect(gateway.lines.at(-1)).toMatchObject({ event: "stopped" });
  expect(gateway.errors()).toBe("");
});

test("a configuration that cannot work ends all with one line and status 1, not in a loop", async () => {
  const taken = createServer().listen(0);
  await once(taken, "listening");
  const { port } = taken.address() as { port: number };
  await using busy = await startWorkers(routes("http://localhost:1"), {
    GATEWAY_PORT: String(port),
  });
  await using faulty = await startWorkers("routes: []\n");

  expect([await busy.exitCode(), await faulty.exitCode()]).toEqual([1, 1]);
  const fatal = (lines: Record<string, unknown>[]) =>
    lines.filter(({ level }) => level === "fatal" || level === "error").map(({ msg }) => msg);
  expect(fatal(busy.lines)).toEqual([`port ${port} is taken: set GATEWAY_PORT to a free one`]);
  expect(fatal(faulty.lines)).toEqual([expect.stringMatching(/gateway\.yaml:1:9: routes/)]);
  taken.close();
});
