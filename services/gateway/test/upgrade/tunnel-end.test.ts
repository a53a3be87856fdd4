import { once } from "node:events";
import type { Socket } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { WebSocket } from "ws";
import { startFixture } from "../support/gateway.ts";
import { switchingTo } from "../support/handshake.ts";
import { closeOf, dialLive, tunnelLine } from "../support/live-tunnel.ts";
import { startRevocationFeed } from "../support/revocation-feed.ts";
import { until } from "../support/until.ts";
import { websocketRoutes as routes } from "../support/websocket-routes.ts";
import { dial, rawUpgradeUpstream, websocketUpstream } from "../support/websocket-upstream.ts";

describe("when one side goes, so does the other:", () => {
  test("a client that closes", async () => {
    await using upstream = await websocketUpstream();
    await using gateway = await startFixture({ upstream, routes });
    using client = await dialLive(gateway);
    const closed = closeOf(upstream.sockets[0] as WebSocket);

    client.socket.close(4_000, "bye");

    expect(await closed).toEqual({ code: 4_000, reason: "bye" });
  });

  test("a client that vanishes", async () => {
    await using upstream = await websocketUpstream();
    await using gateway = await startFixture({ upstream, routes });
    using client = await dialLive(gateway);
    const closed = closeOf(upstream.sockets[0] as WebSocket);

    client.socket.terminate();

    expect(await closed).toMatchObject({ code: 1006 });
    expect(await tunnelLine(gateway)).toMatchObject({ ended_by: "client" });
  });

  test("a client that resets its connection", async () => {
    await using upstream = await websocketUpstream();
    await using gateway = await startFixture({ upstream, routes });
    using client = await dialLive(gateway);
    const closed = closeOf(upstream.sockets[0] as WebSocket);

    (client.socket as unknown as { _socket: Socket })._socket.resetAndDestroy();

    expect(await closed).toMatchObject({ code: 1006 });
  });

  test("an upstream that closes", async () => {
    await using upstream = await websocketUpstream();
    await using gateway = await startFixture({ upstream, routes });
    using client = await dialLive(gateway);

    upstream.sockets[0]?.close(4_001, "enough");

    expect(await client.closed).toEqual({ code: 4_001, reason: "enough" });
    expect(await tunnelLine(gateway)).toMatchObject({ ended_by: "upstream" });
  });

  test("an upstream that dies", async () => {
    await using upstream = await websocketUpstream();
    await using gateway = await startFixture({ upstream, routes });
    using client = await dialLive(gateway);

    upstream.sockets[0]?.terminate();

    expect(await client.closed).toMatchObject({ code: 1006 });
    expect(await tunnelLine(gateway)).toMatchObject({ ended_by: "upstream" });
  });

  test("a client that leaves before the upstream has answered", async () => {
    const { promise: reached, resolve } = Promise.withResolvers<{ closed: Promise<unknown> }>();
    await using upstream = await websocketUpstream();
    upstream.server.removeAllListeners("upgrade").on("upgrade", (_request, socket) => {
      socket.on("end", () => socket.end()).resume();
      resolve({ closed: once(socket, "close") });
    });
    await using gateway = await startFixture({ upstream, routes });
    const socket = new WebSocket(gateway.url.replace("http", "ws").concat("/open"));
    socket.on("error", () => {});
    const { closed } = await reached;

    socket.terminate();

    await closed;
  });
});

describe("the socket lasts no longer than the token:", () => {
  test("at its exp both sides are told, and the connection ends", async () => {
    await using upstream = await websocketUpstream();
    await using gateway = await startFixture({ upstream, routes });
    using client = await dialLive(gateway, 3);
    const exp = Math.floor(Date.now() / 1000) + 2;
    const expired = { code: 1008, reason: "the access token has expired" };
    const closed = closeOf(upstream.sockets[0] as WebSocket);
    expect(await client.ask("hello")).toBe("hello");

    expect(await client.closed).toEqual(expired);
    expect(Date.now() / 1000).toBeGreaterThanOrEqual(exp);
    expect(await closed).toEqual(expired);
    expect(await tunnelLine(gateway)).toMatchObject({ ended_by: "token_expired" });
  });

  test("when it is revoked both sides are told at once", async () => {
    await using feed = await startRevocationFeed();
    await using upstream = await websocketUpstream();
    await using gateway = await startFixture({
      upstream,
      routes: (issuer, url) => routes(issuer, url, feed.url),
    });
    await until(() => gateway.lines.some((line) => line.event === "revocations_followed"));
    using client = await dialLive(gateway);
    const revoked = { code: 1008, reason: "the access token was revoked" };
    const closed = closeOf(upstream.sockets[0] as WebSocket);

    feed.revoke({
      kind: "client",
      value: "svc-test",
      not_before: Math.ceil(Date.now() / 1000) + 1,
    });

    expect(await client.closed).toEqual(revoked);
    expect(await closed).toEqual(revoked);
    expect(await tunnelLine(gateway)).toMatchObject({ ended_by: "token_revoked" });
  });

  test("in the midst of a frame it is cut, as no Close can stand there", async () => {
    await using upstream = await websocketUpstream();
    await using gateway = await startFixture({ upstream, routes });
    using client = await dialLive(gateway, 3);
    const raw = (upstream.sockets[0] as unknown as { _socket: Socket })._socket;

    raw.write(Buffer.from([0x82, 126, 0xff, 0xff, 1, 2, 3])); // 65,535 bytes are promised

    expect(await client.closed).toMatchObject({ code: 1006 });
    expect(await tunnelLine(gateway)).toMatchObject({ ended_by: "token_expired" });
  });

  test("a client that does not heed the Close is cut off all the same", async () => {
    await using upstream = await websocketUpstream((socket) => socket.pause());
    await using gateway = await startFixture({ upstream, routes });
    using client = await dialLive(gateway, 3);
    client.socket.pause();

    const line = await tunnelLine(gateway);

    expect(line).toMatchObject({ ended_by: "token_expired" });
  });
});

test("a tunnel in which nothing is said ends; one that is used does not", async () => {
  await using upstream = await websocketUpstream();
  await using gateway = await startFixture({
    upstream,
    routes: (_issuer, url) =>
      `routes: [{ path: /open, upstream: "${url}", access: public, websocket: true, timeouts: { idle: 400ms } }]`,
  });
  using silent = await dial(`${gateway.url}/open`);
  using busy = await dial(`${gateway.url}/open`);
  const chatter = setInterval(() => busy.socket.send("x"), 50);

  const { code } = await silent.closed;
  clearInterval(chatter);

  expect(code).toBe(1001);
  expect(busy.socket.readyState).toBe(WebSocket.OPEN);
  expect(await tunnelLine(gateway)).toMatchObject({ ended_by: "idle" });
});

test("a stopping gateway tells both sides to go elsewhere, and stops in time", async () => {
  await using upstream = await websocketUpstream();
  await using gateway = await startFixture({ upstream, routes });
  using client = await dialLive(gateway);
  const closed = closeOf(upstream.sockets[0] as WebSocket);

  await gateway.stop();

  expect(await client.closed).toEqual({ code: 1001, reason: "the gateway is restarting" });
  expect(await closed).toMatchObject({ code: 1001 });
  expect(await tunnelLine(gateway)).toMatchObject({ ended_by: "going_away" });
});

test("a handshake that is under way when the gateway stops opens, and is told so at once", async () => {
  const { promise: asked, resolve } = Promise.withResolvers<() => void>();
  await using upstream = await rawUpgradeUpstream((request) => {
    resolve(() => request.socket.write(switchingTo(request)));
    return "";
  });
  await using gateway = await startFixture({ upstream: upstream as never, routes });
  const dialled = dial(`${gateway.url}/open`);
  const answer = await asked;

  const stopped = gateway.stop();
  answer();
  using client = await dialled;

  expect(client.status).toBe(101);
  expect(await client.closed).toMatchObject({ code: 1001 });
  await stopped;
});
