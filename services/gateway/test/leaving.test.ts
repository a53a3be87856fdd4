import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "@jest/globals";
import { startFixture } from "./support/gateway.ts";
import { recordingUpstream } from "./support/upstream.ts";

test("when a client leaves before the answer, the upstream's work is called off", async () => {
  const { promise: reached, resolve } = Promise.withResolvers<{ closed: Promise<unknown> }>();
  await using upstream = await recordingUpstream((_req, res) =>
    resolve({ closed: once(res, "close") }),
  );
  await using gateway = await startFixture({ upstream });
  const socket = connect(gateway.port, "127.0.0.1");
  socket.write("GET /open/slow HTTP/1.1\r\nHost: a\r\n\r\n");
  const { closed } = await reached;
  const left = performance.now();

  socket.destroy();
  await closed;

  // Far below the route's ten seconds of patience: it was the abort, not a timeout.
  expect(performance.now() - left).toBeLessThan(2_000);
});

test("when a client leaves in mid-answer, the upstream's stream ends and the gateway lives on", async () => {
  const { promise: reached, resolve } = Promise.withResolvers<{ closed: Promise<unknown> }>();
  await using upstream = await recordingUpstream((req, res) => {
    if (req.url !== "/open/endless") return void res.end("ok");
    const timer = setInterval(() => res.write("x".repeat(10_000)), 5);
    resolve({ closed: once(res, "close").finally(() => clearInterval(timer)) });
  });
  await using gateway = await startFixture({ upstream });
  const socket = connect(gateway.port, "127.0.0.1");
  socket.write("GET /open/endless HTTP/1.1\r\nHost: a\r\n\r\n");
  await once(socket, "data");

  socket.destroy();

  await (await reached).closed;
  expect((await gateway.send("/open", {})).status).toBe(200);
});

test("when a client leaves in mid-request, the upstream does not get it as if it were whole", async () => {
  await using upstream = await recordingUpstream();
  const { promise: cut, resolve } = Promise.withResolvers<boolean>();
  upstream.server.prependListener("request", (req) =>
    req.once("close", () => resolve(req.complete)),
  );
  await using gateway = await startFixture({ upstream });
  const socket = connect(gateway.port, "127.0.0.1");
  socket.write("POST /open HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf");
  await once(upstream.server, "request");

  socket.destroy();

  expect(await cut).toBe(false);
});

test("a slow reader slows the upstream down instead of filling the gateway's memory", async () => {
  const chunk = Buffer.alloc(65_536);
  let written = 0;
  const { promise: full, resolve } = Promise.withResolvers<number>();
  await using upstream = await recordingUpstream((_req, res) => {
    const fill = () => {
      while (written < 512 * 1_048_576) {
        written += chunk.length;
        if (!res.write(chunk)) {
          const stuck = setTimeout(() => resolve(written), 500);
          return void res.once("drain", () => {
            clearTimeout(stuck);
            fill();
          });
        }
      }
      resolve(written);
    };
    fill();
  });
  await using gateway = await startFixture({ upstream });
  const socket = connect(gateway.port, "127.0.0.1");
  socket.pause();
  socket.write("GET /open HTTP/1.1\r\nHost: a\r\n\r\n");

  expect(await full).toBeLessThan(64 * 1_048_576);
  socket.destroy();
});

test("an upstream that never answers is a 504 when its time is over, and is let go", async () => {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  await using upstream = await recordingUpstream((_req, res) => void res.once("close", resolve));
  await using gateway = await startFixture({
    upstream,
    routes: (_issuer, url) => `
routes:
  - { path: /open, upstream: "${url}", access: public, timeouts: { total: 100ms } }
`,
  });

  const response = await gateway.send("/open", {});

  expect(response.status).toBe(504);
  expect(await response.json()).toMatchObject({ code: "upstream_slow" });
  await closed;
});
