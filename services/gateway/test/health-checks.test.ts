import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "@jest/globals";
import { probeEndpoint } from "../src/upstream/probe-endpoint.ts";
import { startRelay } from "./support/relay.ts";
import { startPair, startReplica } from "./support/replica.ts";

const quick = "every: 100ms, timeout: 100ms";

/** A replica that is well or not, as its test says. */
function moody() {
  const mood = { isWell: true };
  return {
    mood,
    answer: (_req: unknown, res: { writeHead(status: number): { end(): void } }) =>
      res.writeHead(mood.isWell ? 204 : 503).end(),
  };
}

async function untilEvent(events: { event: string }[], event: string): Promise<void> {
  while (!events.some((each) => each.event === event)) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test("a replica that fails its checks is passed over before any request is lost to it, until it is well", async () => {
  const sick = moody();
  sick.mood.isWell = false;
  const { first, second, port } = await startPair(
    (req, res) => (req.url === "/healthz" ? sick.answer(req, res) : res.end("sick")),
    (_req, res) => res.end("well"),
  );
  await using _first = first;
  await using _second = second;
  await using relay = await startRelay({
    route: [`upstream: "http://billing:${port}"`, `health: { path: /healthz, ${quick} }`],
    resolve: async () => ["127.0.0.1", "127.0.0.2"],
  });
  const bodies = async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => relay.fetch()));
    return new Set(await Promise.all(answers.map((each) => each.text())));
  };

  await untilEvent(relay.events, "endpoint_unhealthy");
  expect(await bodies()).toEqual(new Set(["well"]));
  expect(relay.report()).toMatchObject([{ state: "unhealthy" }, { state: "closed" }]);

  sick.mood.isWell = true;
  await untilEvent(relay.events, "endpoint_healthy");
  expect(await bodies()).toEqual(new Set(["sick", "well"]));
  const said = { upstream: `http://billing:${port}`, endpoint: `127.0.0.1:${port}` };
  expect(relay.lines).toMatchObject([
    { level: "warn", event: "endpoint_unhealthy", ...said },
    { level: "info", event: "endpoint_healthy", ...said },
  ]);
});

test("a check can be at another port, and one that hangs or breaks off is one that failed", async () => {
  await using replica = await startReplica();
  const asked: string[] = [];
  await using admin = await startReplica((req, res) => {
    asked.push(`${req.headers.host} ${req.url}`);
    if (asked.length === 2) return void req.socket.destroy();
    if (asked.length > 3) res.writeHead(500).end();
  });
  await using relay = await startRelay({
    route: [
      `upstream: "${replica.url}"`,
      `health: { path: /readyz, port: ${admin.port}, ${quick}, unhealthy_after: 4 }`,
    ],
  });

  await untilEvent(relay.events, "endpoint_unhealthy");

  expect(asked).toEqual(Array(4).fill(`127.0.0.1:${replica.port} /readyz`));
  expect(replica.requests).toEqual([]);
});

test("when all replicas fail their checks they are called all the same: the check may be what is wrong", async () => {
  await using replica = await startReplica((req, res) => {
    if (req.url === "/healthz") res.writeHead(404).end();
    else res.end("ok");
  });
  await using relay = await startRelay({
    route: [`upstream: "${replica.url}"`, `health: { path: /healthz, ${quick} }`],
  });

  await untilEvent(relay.events, "endpoint_unhealthy");

  expect((await relay.fetch()).status).toBe(200);
});

test("the checks end with the upstream", async () => {
  await using replica = await startReplica();
  const relay = await startRelay({
    route: [`upstream: "${replica.url}"`, `health: { path: /healthz, ${quick} }`],
  });
  await once(replica.server, "request");

  await relay[Symbol.asyncDispose]();
  const { length } = replica.requests;
  const timers = process.getActiveResourcesInfo().length;
  await new Promise((resolve) => setTimeout(resolve, 300));

  expect(replica.requests).toHaveLength(length);
  expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(timers);
});

test.each([
  ["a path that is none", "health: { path: healthz }", /must be a plain path/],
  ["a flood", "health: { path: /healthz, every: 10ms }", /at least 100ms/],
  ["an unknown key", "health: { path: /healthz, interval: 10s }", /interval/],
])("a file that asks for %s is refused", async (_what, line, message) => {
  await expect(startRelay({ route: ['upstream: "http://a"', line] })).rejects.toThrow(message);
});

test("a check that is answered with a change of protocol is one that failed, and ends", async () => {
  const raw = createServer((socket) => {
    socket.end("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
  }).listen(0, "127.0.0.1");
  await once(raw, "listening");
  const { port } = raw.address() as AddressInfo;
  const where = { url: new URL(`http://127.0.0.1:${port}`), address: "127.0.0.1" };

  const isWell = await probeEndpoint(
    { where, host: "billing" },
    { path: "/healthz", timeout: 2_000 },
    new AbortController().signal,
  );

  expect(isWell).toBe(false);
  raw.close();
});
