import { once } from "node:events";
import { connect } from "node:net";
import { expect, jest, test } from "@jest/globals";
import { startServer } from "@tollgate/shared/testing/start-server";
import { startFixture } from "./support/gateway.ts";
import { startProcess } from "./support/process.ts";
import { everything } from "./support/raw-http.ts";
import { recordingUpstream } from "./support/upstream.ts";

jest.setTimeout(60_000); // processes start here, on a machine that may be busy

test("a CONNECT whose client resets at once ends nothing but its own connection", async () => {
  await using upstream = await startServer((_request, response) => void response.end("ok"));
  await using gateway = await startProcess(
    `routes: [{ path: /open, upstream: "${upstream.url}", access: public }]\n`,
  );
  const { port } = await gateway.line("listening");

  for (let round = 0; round < 200; round += 1) {
    const socket = connect(Number(port), "127.0.0.1").on("error", () => {});
    await once(socket, "connect");
    socket.write("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", () => socket.resetAndDestroy());
    await once(socket, "close");
  }

  expect((await fetch(`http://127.0.0.1:${port}/open`)).status).toBe(200);
  expect(gateway.child.exitCode).toBeNull();
});

test("a CONNECT behind a request that is owed its answer writes nothing into it", async () => {
  await using upstream = await recordingUpstream((_request, response) => {
    response.writeHead(200, { "content-length": "20" });
    response.write("0123456789");
  });
  await using gateway = await startFixture({ upstream });
  const socket = connect(gateway.port, "127.0.0.1");
  socket.write("GET /open/slow HTTP/1.1\r\nHost: a\r\n\r\n");
  await once(socket, "data");

  socket.write("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n");

  expect(await everything(socket)).not.toContain("405");
});

test.each([
  [
    "an unlisted method in HTTP/1.0 with chunks",
    "LOCK /open HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  ],
  ["an unlisted method with two Hosts", "LOCK /open HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"],
])("after %s, nothing of its connection is believed", async (_what, malformed) => {
  await using gateway = await startFixture();
  const socket = connect(gateway.port, "127.0.0.1");

  socket.write(`${malformed}GET /open/second HTTP/1.1\r\nHost: a\r\n\r\n`);

  expect(await everything(socket)).toMatch(/^HTTP\/1\.1 400 /);
  expect(gateway.upstream.requests).toEqual([]);
});

test("a client that does not take the end of its answer is cut after the idle time", async () => {
  const size = 16 * 2 ** 20; // more than the kernel takes for a client that does not read
  await using upstream = await recordingUpstream((_request, response) =>
    response.end(Buffer.alloc(size)),
  );
  await using gateway = await startFixture({
    upstream,
    routes: (_issuer, url) => `
routes:
  - { path: /open, upstream: "${url}", access: public, timeouts: { idle: 300ms, total: 2s } }
`,
  });
  const socket = connect(gateway.port, "127.0.0.1").on("error", () => {});
  socket.pause();
  socket.write("GET /open HTTP/1.1\r\nHost: a\r\n\r\n");

  while (!gateway.lines.some(({ event }) => event === "request_answered")) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }

  const line = gateway.lines.find(({ event }) => event === "request_answered");
  expect(line).toMatchObject({ aborted: true });
  socket.destroy();
});
