import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { startFixture } from "../support/gateway.ts";
import { acceptOf, handshake, key, switchingTo } from "../support/handshake.ts";
import { until } from "../support/until.ts";
import { websocketRoutes as routes } from "../support/websocket-routes.ts";
import { dial, rawUpgradeUpstream, websocketUpstream } from "../support/websocket-upstream.ts";

const smuggled = "GET /billing/smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

describe("what is not quite a handshake is a plain request, and never a tunnel:", () => {
  const cases: [string, string][] = [
    ["h2c (Traefik CVE-2026-88008)", handshake({ Upgrade: "h2c", "HTTP2-Settings": "AAMAAABk" })],
    ["a choice of protocols", handshake({ Upgrade: "websocket, h2c" })],
    ["the choice the other way round", handshake({ Upgrade: "h2c, websocket" })],
    ["two Upgrade headers", handshake({ Upgrade: "websocket\r\nUpgrade: websocket" })],
    ["websocket and h2c in two headers", handshake({ Upgrade: "websocket\r\nUpgrade: h2c" })],
    ["a version of the protocol", handshake({ Upgrade: "websocket/13" })],
    ["an older version", handshake({ "Sec-WebSocket-Version": "8" })],
    ["two versions", handshake({ "Sec-WebSocket-Version": "13\r\nSec-WebSocket-Version: 13" })],
    ["no key", handshake({ "Sec-WebSocket-Key": undefined })],
    ["a key that is too short", handshake({ "Sec-WebSocket-Key": "c2hvcnQ=" })],
    ["two keys", handshake({ "Sec-WebSocket-Key": `${key}\r\nSec-WebSocket-Key: ${key}` })],
    ["HTTP/1.0", handshake({}, "GET /open HTTP/1.0")],
    ["a HEAD", handshake({ Connection: "Upgrade, close" }, "HEAD /open HTTP/1.1")],
    ["a POST", handshake({ "Content-Length": "0" }, "POST /open HTTP/1.1")],
    ["no Connection: Upgrade", handshake({ Connection: "keep-alive" })],
    ["a length of nothing", handshake({ "Content-Length": "0" })],
  ];

  test.each(cases)("%s", async (_name, request) => {
    await using upstream = await websocketUpstream();
    await using gateway = await startFixture({ upstream, routes });

    const answer = await gateway.raw(request);

    expect(answer.status).toBe(200);
    expect(answer.head).not.toMatch(/upgrade/i);
    expect(upstream.handshakes).toEqual([]);
    expect(upstream.requests).toHaveLength(1);
    for (const name of ["upgrade", "http2-settings"]) {
      expect(upstream.requests[0]?.header(name)).toBeUndefined();
    }
    expect(upstream.requests[0]?.header("connection")).not.toMatch(/upgrade/i);
  });

  test.each([
    ["Content-Length", `Content-Length: ${smuggled.length}`, smuggled],
    [
      "Transfer-Encoding",
      "Transfer-Encoding: chunked",
      `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`,
    ],
  ])("a body by %s stays a body, and nothing in it is run", async (_name, length, body) => {
    await using upstream = await websocketUpstream();
    await using gateway = await startFixture({ upstream, routes });

    const answer = await gateway.raw(`${handshake().slice(0, -2)}${length}\r\n\r\n${body}`);

    expect(answer.status).toBe(200);
    expect(upstream.handshakes).toEqual([]);
    expect(upstream.requests).toMatchObject([{ url: "/open", body: smuggled }]);
  });

  test("both lengths at once are refused as ever", async () => {
    await using upstream = await websocketUpstream();
    await using gateway = await startFixture({ upstream, routes });

    const answer = await gateway.raw(
      `${handshake().slice(0, -2)}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    );

    expect(answer.status).toBe(400);
    expect(upstream.handshakes).toEqual([]);
    expect(upstream.requests).toEqual([]);
  });
});

test("a handshake behind a request that is not answered yet opens nothing", async () => {
  const { promise: reached, resolve } = Promise.withResolvers<void>();
  await using upstream = await rawUpgradeUpstream(switchingTo);
  upstream.server.removeAllListeners("request").on("request", () => resolve());
  await using gateway = await startFixture({ upstream: upstream as never, routes });
  const socket = connect(gateway.port, "127.0.0.1").on("error", () => {});
  socket.write("GET /open/slow HTTP/1.1\r\nHost: a\r\n\r\n");
  await reached;

  socket.write(handshake());
  await once(socket, "close");

  expect(upstream.requests).toEqual([]);
  expect((await gateway.raw("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n")).status).toBe(404);
});

describe("an upstream is held to RFC 6455 section 4.2.2, or its connection is destroyed:", () => {
  const cases: [string, (request: IncomingMessage) => string][] = [
    ["a 101 to another protocol", (req) => switchingTo(req).replace("websocket", "h2c")],
    ["a 101 to two protocols", (req) => switchingTo(req).replace("websocket", "websocket, h2c")],
    ["a 101 to none", () => "HTTP/1.1 101 Switching Protocols\r\n\r\n"],
    ["no Sec-WebSocket-Accept", (req) => switchingTo(req).replace(/Sec-.*\r\n/, "")],
    ["one that does not fit the key", (req) => switchingTo(req).replace(/Accept: ./, "Accept: _")],
    ["two of them", (req) => switchingTo(req, `Sec-WebSocket-Accept: ${acceptOf(req)}\r\n`)],
    ["garbage", () => "not HTTP at all\r\n\r\n"],
  ];

  test.each(cases)("%s", async (_name, answer) => {
    await using upstream = await rawUpgradeUpstream(answer);
    await using gateway = await startFixture({ upstream: upstream as never, routes });

    const { status, body } = await gateway.raw(handshake());
    await Promise.all(upstream.closed);

    expect(status).toBe(502);
    expect(body).toContain("upstream_broken");
    expect(body).not.toMatch(/Sec-WebSocket|h2c/);
    expect(upstream.closed.length).toBeGreaterThan(0);
  });

  test.each([
    ["with headers", "Upgrade: websocket\r\nConnection: Upgrade\r\n"],
    ["without", ""],
  ])("a 101 that nobody asked for, %s", async (_name, headers) => {
    const closed: Promise<unknown>[] = [];
    await using upstream = await rawUpgradeUpstream(switchingTo);
    upstream.server.removeAllListeners("request").on("request", ({ socket }) => {
      closed.push(once(socket, "close"));
      socket.on("end", () => socket.end());
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${headers}\r\n`);
    });
    await using gateway = await startFixture({ upstream: upstream as never, routes });

    const { status, body } = await gateway.raw("GET /open HTTP/1.1\r\nHost: a\r\n\r\n");
    await Promise.all(closed);

    expect(status).toBe(502);
    expect(body).toContain("upstream_broken");
  });
});

test("an upstream's other answer to an upgrade comes back as it is", async () => {
  const large = "x".repeat(500_000);
  await using upstream = await rawUpgradeUpstream(
    () => `HTTP/1.1 418 I'm a teapot\r\nX-A: 1\r\nContent-Length: ${large.length}\r\n\r\n${large}`,
  );
  await using gateway = await startFixture({ upstream: upstream as never, routes });

  using client = await dial(`${gateway.url}/open`);

  expect(client.status).toBe(418);
  expect(client.body).toBe(large);
  expect(client.head).toMatch(/"x-a":"1"/);
  expect(client.head).toMatch(/"connection":"close"/);
});

test("an upstream that is down is a 502 for an upgrade too", async () => {
  const upstream = await websocketUpstream();
  await using gateway = await startFixture({ upstream, routes });
  await upstream[Symbol.asyncDispose]();

  using client = await dial(`${gateway.url}/open`);

  expect(client.status).toBe(502);
  expect(JSON.parse(client.body)).toMatchObject({ code: "upstream_unreachable" });
});

test("an upstream that never answers the handshake is a 504 within the route's time", async () => {
  await using upstream = await rawUpgradeUpstream(() => "");
  await using gateway = await startFixture({ upstream: upstream as never, routes });

  using client = await dial(`${gateway.url}/brief`);
  await Promise.all(upstream.closed);

  expect(client.status).toBe(504);
  expect(upstream.closed).toHaveLength(1);
});

test("what either side says right behind its handshake arrives, and the 101 has no length", async () => {
  await using upstream = await rawUpgradeUpstream(
    (request) => `${switchingTo(request, "Content-Length: 3\r\nX-A: b\r\n")}early`,
  );
  let heard = "";
  upstream.server.on("upgrade", (_request, socket, head) => {
    heard += head;
    socket.on("data", (chunk: Buffer) => {
      heard += chunk;
    });
  });
  await using gateway = await startFixture({ upstream: upstream as never, routes });
  const socket = connect(gateway.port, "127.0.0.1");
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk;
  });

  socket.write(`${handshake()}hasty`);
  await until(() => text.endsWith("early") && heard === "hasty");
  socket.destroy();

  expect(text).toMatch(/^HTTP\/1.1 101 /);
  expect(text).toMatch(/x-a: b/i);
  expect(text).not.toMatch(/content-length/i);
});
