import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { expect, test } from "@jest/globals";
import type { WebSocket } from "ws";
import { startFixture } from "../support/gateway.ts";
import { handshake, switchingTo } from "../support/handshake.ts";
import { connections, dialLive, tunnelLine } from "../support/live-tunnel.ts";
import { until } from "../support/until.ts";
import { websocketRoutes as routes } from "../support/websocket-routes.ts";
import { dial, rawUpgradeUpstream, websocketUpstream } from "../support/websocket-upstream.ts";

test("messages of every size go both ways, whole and in order, longer than a request may take", async () => {
  await using upstream = await websocketUpstream();
  await using gateway = await startFixture({ upstream, routes });
  using client = await dial(`${gateway.url}/brief`);
  const texts = [0, 1, 125, 126, 65_535, 65_536, 1_000_000].map((size) => "x".repeat(size));

  for (const text of texts) client.socket.send(text);
  await until(() => client.messages.length === texts.length);
  await new Promise((later) => setTimeout(later, 1_100)); // the route's total time is over
  const answer = await client.ask("still there?");

  expect(client.messages.map((each) => each.length)).toEqual([...texts.map((x) => x.length), 12]);
  expect(answer).toBe("still there?");
});

test("at the end there is one access line: who it was, how much went each way, and why it ended", async () => {
  await using upstream = await websocketUpstream();
  await using gateway = await startFixture({ upstream, routes });
  using client = await dialLive(gateway);
  await client.ask("0123456789");

  client.socket.close(1000, "done");
  expect(await client.closed).toEqual({ code: 1000, reason: "done" });

  expect(await tunnelLine(gateway)).toMatchObject({
    event: "request_answered",
    method: "GET",
    route: "/live",
    status: 101,
    client_id: "svc-test",
    received_bytes: expect.any(Number),
    sent_bytes: expect.any(Number),
    ended_by: "client",
    upstream_ms: expect.any(Number),
  });
  expect(gateway.lines.filter((line) => line.event === "request_answered")).toHaveLength(1);
});

test("a side that has said all still hears the other", async () => {
  const { promise: far, resolve } = Promise.withResolvers<Duplex>();
  await using upstream = await rawUpgradeUpstream((request) => {
    resolve(request.socket.removeAllListeners("end"));
    return switchingTo(request);
  });
  await using gateway = await startFixture({ upstream: upstream as never, routes });
  const client = connect({ port: gateway.port, host: "127.0.0.1", allowHalfOpen: true });
  client.write(handshake());
  await once(client, "data");
  const farEnd = once(await far, "end");

  client.end("last words");
  await farEnd;
  (await far).write("heard");
  const [answer] = await once(client, "data");
  (await far).end();
  await once(client, "close");

  expect(String(answer)).toBe("heard");
});

test("a reader that is slow slows the sender down instead of filling the gateway's memory", async () => {
  await using upstream = await websocketUpstream();
  await using gateway = await startFixture({ upstream, routes });
  using client = await dial(`${gateway.url}/open`, { perMessageDeflate: false });
  client.socket.pause();
  const [server] = upstream.sockets;
  const chunk = Buffer.alloc(65_536);

  for (let sent = 0; sent < 1_024; sent++) server?.send(chunk);
  let buffered = -1;
  await until(async () => {
    const before = buffered;
    await new Promise((later) => setTimeout(later, 100));
    buffered = server?.bufferedAmount ?? 0;
    return buffered === before;
  });

  // 64 MiB were sent: what is not with the sender is in the kernel's buffers and ours.
  expect(buffered).toBeGreaterThan(32 * 1_048_576);
});

test("garbage, resets and floods end tunnels and nothing else", async () => {
  await using upstream = await websocketUpstream();
  await using gateway = await startFixture({ upstream, routes });
  const assaults: ((socket: Socket) => void)[] = [
    (socket) => socket.end(randomBytes(100_000)),
    (socket) => socket.write(randomBytes(100_000), () => socket.resetAndDestroy()),
    (socket) => socket.end(Buffer.alloc(200_000)), // a hundred thousand empty frames
    (socket) => socket.resetAndDestroy(),
    (socket) => socket.write(handshake() + handshake(), () => socket.end()),
  ];

  const sockets = Array.from({ length: 200 }, (_, index) => {
    const socket = connect(gateway.port, "127.0.0.1").on("error", () => {});
    socket.resume().write(handshake());
    const assault = () => assaults[index % assaults.length]?.(socket);
    if (index % 2 === 0) assault();
    else socket.once("data", assault);
    return once(socket, "close").catch(() => {});
  });
  await Promise.all(sockets);

  await until(async () => (await connections(upstream)) === 0);
  using client = await dial(`${gateway.url}/open`);
  expect(await client.ask("still there?")).toBe("still there?");
});

test("a client that was refused and does not leave is cut off", async () => {
  await using gateway = await startFixture({ routes });
  const socket = connect({ port: gateway.port, host: "127.0.0.1", allowHalfOpen: true });
  socket.on("error", () => {}).resume();
  socket.write(handshake({}, "GET /shut HTTP/1.1"));
  await once(socket, "end");
  const chatter = setInterval(() => socket.write("x"), 100);

  await new Promise((closed) => socket.once("close", closed));
  clearInterval(chatter);
});

test("a reload of the routes leaves open tunnels alone", async () => {
  await using upstream = await websocketUpstream();
  await using gateway = await startFixture({ upstream, routes });
  using client = await dialLive(gateway);
  await writeFile(gateway.file, gateway.yaml.replace("path: /live", "path: /other"));

  gateway.reload();

  expect((await gateway.send("/live", {})).status).toBe(404);
  expect(await client.ask("hello")).toBe("hello");
});

test("more tunnels than the process carries are refused, and requests are still served", async () => {
  await using upstream = await websocketUpstream();
  await using gateway = await startFixture({ upstream, routes, env: { GATEWAY_MAX_TUNNELS: "1" } });
  using first = await dial(`${gateway.url}/open`);
  using second = await dial(`${gateway.url}/open`);
  const plain = await gateway.send("/open", {});
  const metrics = await gateway.metrics();
  first.socket.close();
  await tunnelLine(gateway);
  using third = await dial(`${gateway.url}/open`);

  expect([first.status, second.status, plain.status, third.status]).toEqual([101, 503, 200, 101]);
  expect(JSON.parse(second.body)).toMatchObject({ code: "too_many_tunnels" });
  expect(second.head).toMatch(/"retry-after":"5"/);
  expect(metrics).toMatch(/^gateway_open_tunnels\{service="gateway"\} 1$/m);
  expect(metrics).toMatch(/^http_server_active_requests\{service="gateway"\} 0$/m);
});

test("a thousand sockets, opened and left in every way, leave nothing behind", async () => {
  await using upstream = await websocketUpstream();
  await using gateway = await startFixture({ upstream, routes });
  const leave = [
    (socket: WebSocket) => socket.close(),
    (socket: WebSocket) => socket.terminate(),
    (_: WebSocket, far: WebSocket | undefined) => far?.close(),
    (_: WebSocket, far: WebSocket | undefined) => far?.terminate(),
  ];

  for (let round = 0; round < 20; round++) {
    const clients = await Promise.all(
      Array.from({ length: 50 }, () => dial(`${gateway.url}/open`, { perMessageDeflate: false })),
    );
    const far = upstream.sockets.splice(0);
    for (const [index, { socket }] of clients.entries()) leave[index % 4]?.(socket, far[index]);
    for (const { closed } of clients) await closed;
  }

  await until(async () => (await connections(upstream)) === 0);
  await until(() => gateway.lines.filter((line) => line.status === 101).length === 1_000);
}, 60_000);
