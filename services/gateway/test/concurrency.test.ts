import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { connect } from "node:net";
import { expect, test } from "@jest/globals";
import { startFixture } from "./support/gateway.ts";
import { recordingUpstream } from "./support/upstream.ts";

const limited = (_issuer: unknown, upstream: string) => `
routes:
  - { path: /open, upstream: "${upstream}", access: public, limits: { concurrency: 2 } }
  - { path: /other, upstream: "${upstream}", access: public }
`;

/** An upstream that answers when it is told to; `arrived(n)` resolves when n requests are there. */
async function holdingUpstream() {
  const held: ServerResponse[] = [];
  let seen = () => {};
  const upstream = await recordingUpstream((_req, res) => {
    held.push(res);
    seen();
  });
  const arrived = async (count: number) => {
    while (held.length < count) {
      await new Promise<void>((resolve) => {
        seen = resolve;
      });
    }
  };
  return { ...upstream, held, arrived };
}

test("one more than a route's limit is refused at once, and finds room when one is done", async () => {
  await using upstream = await holdingUpstream();
  await using gateway = await startFixture({ upstream, routes: limited });
  const underway = [gateway.send("/open", {}), gateway.send("/open", {})];
  await upstream.arrived(2);

  const refused = await gateway.send("/open", {});
  const elsewhere = gateway.send("/other", {});
  await upstream.arrived(3);
  upstream.held.forEach((each) => void each.end("done"));
  await Promise.all([...underway, elsewhere]);
  const next = gateway.send("/open", {});
  await upstream.arrived(4);
  upstream.held[3]?.end("done");

  expect(refused.status).toBe(503);
  expect(refused.headers.get("retry-after")).toBe("1");
  expect(await refused.json()).toMatchObject({ code: "concurrency_exceeded" });
  expect((await elsewhere).status).toBe(200);
  expect((await next).status).toBe(200);
});

test("clients that leave give their places back", async () => {
  await using upstream = await holdingUpstream();
  await using gateway = await startFixture({ upstream, routes: limited });
  for (let round = 1; round <= 3; round++) {
    const sockets = [1, 2].map(() => connect(gateway.port, "127.0.0.1"));
    for (const socket of sockets) socket.write("GET /open HTTP/1.1\r\nHost: a\r\n\r\n");
    await upstream.arrived(round * 2);
    const left = upstream.held.slice(-2).map((each) => once(each, "close"));
    for (const socket of sockets) socket.destroy();
    await Promise.all(left);
  }

  const last = gateway.send("/open", {});
  await upstream.arrived(7);
  upstream.held[6]?.end("done");

  expect((await last).status).toBe(200);
});
