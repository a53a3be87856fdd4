import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { startFixture } from "./support/gateway.ts";
import { handshake } from "./support/handshake.ts";
import { everything } from "./support/raw-http.ts";
import { websocketRoutes } from "./support/websocket-routes.ts";
import { websocketUpstream } from "./support/websocket-upstream.ts";

// Traefik CVE-2026-88012: the time for reading held for the protocol that everybody thinks of, and
// was missing where a connection spoke another one. Every way to open a connection here and then to
// say nothing, or one byte now and then, comes to an end, on each port.
describe("a connection that does not get on is closed, whatever it began to speak (CVE-2026-88012):", () => {
  const half = "GET /open HTTP/1.1\r\nHost: a\r\nX-A: ";
  const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  const hello = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
  const upgrade = handshake();
  const cases = {
    "half a request": { begin: half },
    "half a request that goes on byte by byte": { begin: half, drip: "a" },
    "half a handshake of a WebSocket": { begin: upgrade.slice(0, -2), drip: "X-A: b\r\n" },
    "half a request behind a whole one": {
      begin: `GET /open HTTP/1.1\r\nHost: a\r\n\r\n${half}`,
      drip: "a",
    },
    "HTTP/2 with prior knowledge": { begin: preface, drip: "\0" },
    TLS: { begin: hello, drip: "\0" },
    "half a request at the admin port": { begin: half, drip: "a", isAdmin: true },
    "HTTP/2 at the admin port": { begin: preface, drip: "\0", isAdmin: true },
  };
  let gateway: Awaited<ReturnType<typeof startFixture>>;
  let upstream: Awaited<ReturnType<typeof websocketUpstream>>;
  const answers = new Map<string, string>();

  /** All of them at once: each takes the ten seconds that a head may take. */
  beforeAll(async () => {
    upstream = await websocketUpstream();
    gateway = await startFixture({ upstream, routes: websocketRoutes });
    const answered = Object.entries(cases).map(async ([name, each]) => {
      answers.set(name, await speak("isAdmin" in each ? gateway.adminPort : gateway.port, each));
    });
    await Promise.all(answered);
  }, 60_000);

  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await upstream[Symbol.asyncDispose]();
  });

  test.each(Object.keys(cases))("%s", (name) => {
    const answer = answers.get(name) ?? "";

    if (name.startsWith("half a request behind")) {
      expect(answer).toMatch(/^HTTP\/1\.1 200 .*ok.*HTTP\/1\.1 408 /s);
    } else expect(answer).toMatch(/^(?:HTTP\/1\.1 40[08] |$)/);
    expect(upstream.handshakes).toEqual([]);
  });
});

test("a connection that is kept says for how long, and a client gives it up before the gateway does", async () => {
  await using gateway = await startFixture();

  const { head } = await gateway.raw("GET /open HTTP/1.1\r\nHost: a\r\n\r\n");

  expect(head).toMatch(/^keep-alive: timeout=65$/im);
});

test("a tunnel that was opened and is not used ends too (CVE-2026-88012)", async () => {
  await using upstream = await websocketUpstream();
  await using gateway = await startFixture({
    upstream,
    routes: (_issuer, url) =>
      `routes: [{ path: /open, upstream: "${url}", access: public, websocket: true, timeouts: { idle: 300ms } }]`,
  });
  const socket = connect(gateway.port, "127.0.0.1");

  socket.write(handshake());

  expect(await everything(socket)).toMatch(/^HTTP\/1\.1 101 /);
});

/** What comes back until the end, while a little more is said now and then. */
async function speak(port: number, { begin, drip = "" }: { begin: string; drip?: string }) {
  const socket: Socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.write(begin, "latin1");
  const dripping = setInterval(() => socket.write(drip), 500);
  const text = await everything(socket.on("error", () => {}));
  clearInterval(dripping);
  return text;
}
