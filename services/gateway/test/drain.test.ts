import { once } from "node:events";
import { Agent, get, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { expect, jest, test } from "@jest/globals";
import { startServer } from "@tollgate/shared/testing/start-server";
import { startProcess } from "./support/process.ts";
import { everything } from "./support/raw-http.ts";
import { until } from "./support/until.ts";

jest.setTimeout(60_000); // a process starts in each test, on a machine that may be busy

const routes = (upstream: string) =>
  `routes: [{ path: /a, upstream: "${upstream}", access: public }]\n`;

type Answer = { status: number | undefined; closes: boolean; body: string };

/** One request over whatever connection the agent has. */
async function call(agent: Agent | false, port: unknown): Promise<Answer> {
  const request = get(`http://127.0.0.1:${port}/a`, { agent });
  const [response] = await once(request, "response");
  let body = "";
  for await (const chunk of response) body += chunk;
  return { status: response.statusCode, closes: response.headers.connection === "close", body };
}

async function startGateway(upstream: string, env: Record<string, string> = {}) {
  const gateway = await startProcess(routes(upstream), env);
  const { port, admin_port: adminPort } = await gateway.line("listening");
  return Object.assign(gateway, { port, adminPort });
}

test("not one request is lost while clients keep sending on connections that they hold", async () => {
  await using upstream = await startServer((_req, res) => void res.end("ok"));
  await using gateway = await startGateway(upstream.url);
  let isStopped = false;
  const client = async () => {
    const answers: Answer[] = [];
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    // The last answer says that the connection ends: whoever heeds it loses nothing.
    while (!isStopped || answers.at(-1)?.closes === false) {
      answers.push(await call(agent, gateway.port));
    }
    agent.destroy();
    return answers;
  };
  const clients = Array.from({ length: 8 }, client);
  await gateway.line("request_answered", 50);

  gateway.child.kill("SIGTERM");
  await gateway.line("stop_requested");
  isStopped = true;
  const answers = (await Promise.all(clients)).flat();

  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(answers.filter(({ closes }) => closes).length).toBeGreaterThanOrEqual(8);
  expect(await gateway.exitCode()).toBe(0);
  expect(gateway.lines.filter(({ event }) => event === "request_answered")).toHaveLength(
    answers.length,
  );
});

test("/readyz says at once that the gateway is stopping, while new connections are still taken", async () => {
  await using upstream = await startServer((_req, res) => void res.end("ok"));
  await using gateway = await startGateway(upstream.url, { GATEWAY_DRAIN_NOTICE_MS: "6000" });
  const ready = () => fetch(`http://127.0.0.1:${gateway.adminPort}/readyz`);
  const before = await ready();

  gateway.child.kill("SIGTERM");
  await gateway.line("stop_requested");
  const after = await ready();
  const late = await call(false, gateway.port);

  expect([before.status, after.status]).toEqual([200, 503]);
  expect(await after.json()).toMatchObject({
    checks: { "taking requests": "the gateway is stopping" },
  });
  expect(late).toMatchObject({ status: 200, closes: true });
  expect(await gateway.exitCode()).toBe(0);
});

test("an answer that was not begun when the stop came is whole, and says that it is the last", async () => {
  const { promise: reached, resolve } = Promise.withResolvers<ServerResponse>();
  await using upstream = await startServer((_req, res) => resolve(res));
  await using gateway = await startGateway(upstream.url, { GATEWAY_DRAIN_NOTICE_MS: "0" });
  const agent = new Agent({ keepAlive: true });
  const underway = call(agent, gateway.port);
  const response = await reached;

  gateway.child.kill("SIGTERM");
  await gateway.line("stop_requested");
  response.end("late but whole");

  expect(await underway).toEqual({ status: 200, closes: true, body: "late but whole" });
  expect(await gateway.exitCode()).toBe(0);
  agent.destroy();
});

test.each([
  ["was begun", true],
  ["was not begun", false],
])(
  "of two that are due when the stop comes, the first of which %s, the second says that it is the last",
  async (_what, isBegun) => {
    const held: ServerResponse[] = [];
    await using upstream = await startServer((req, res) => {
      if (isBegun && req.url === "/a/first") res.write("begun");
      held.push(res);
    });
    await using gateway = await startGateway(upstream.url, { GATEWAY_DRAIN_NOTICE_MS: "0" });
    const socket = connect(Number(gateway.port), "127.0.0.1");
    const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
    socket.write(get("/a/first") + get("/a/second"));
    if (isBegun) await once(socket, "data");
    await until(() => held.length === 2);
    const text = everything(socket);

    gateway.child.kill("SIGTERM");
    await gateway.line("stop_requested");
    for (const response of held) response.end("done");

    expect(await text).toMatch(/done.*HTTP\/1\.1 200 .*\r\nConnection: close\r\n.*done/is);
    expect(await gateway.exitCode()).toBe(0);
  },
);

test("a connection on which nothing happens does not hold up the end", async () => {
  await using upstream = await startServer((_req, res) => void res.end("ok"));
  await using gateway = await startGateway(upstream.url, { GATEWAY_DRAIN_NOTICE_MS: "100" });
  const used = connect(Number(gateway.port), "127.0.0.1");
  used.write("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
  await once(used, "data");
  const unused = connect(Number(gateway.port), "127.0.0.1");
  await once(unused, "connect");
  const closed = [once(used.resume(), "close"), once(unused.resume(), "close")];

  gateway.child.kill("SIGTERM");

  await Promise.all(closed);
  expect(await gateway.exitCode()).toBe(0);
});

test("what is not done at the deadline is cut, and the process still exits with 0", async () => {
  const { promise: reached, resolve } = Promise.withResolvers<void>();
  await using upstream = await startServer(() => resolve());
  await using gateway = await startGateway(upstream.url, {
    GATEWAY_DRAIN_NOTICE_MS: "0",
    GATEWAY_DRAIN_MS: "200",
  });
  const underway = call(false, gateway.port);
  await reached;

  gateway.child.kill("SIGTERM");

  await expect(underway).rejects.toThrow(/hang up/);
  expect(await gateway.exitCode()).toBe(0);
});
