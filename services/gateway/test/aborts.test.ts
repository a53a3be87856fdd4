import { once } from "node:events";
import type { RequestListener } from "node:http";
import { connect } from "node:net";
import { expect, test } from "@jest/globals";
import { startRelay } from "./support/relay.ts";
import { startReplica } from "./support/replica.ts";

// reply-from #424, #428, #419: the client is gone, the upstream works on, and what held the two
// together is never let go.

const get = (path: string) => `GET /open/${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
const post = (path: string, more: string) =>
  `POST /open/${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n\r\n4\r\nhalf\r\n`;

const phases = {
  "before the answer": get("silent"),
  "in mid-request": post("silent", "Content-Length: 100"),
  "in mid-request, with trailers to come": post(
    "silent",
    "Trailer: X-A\r\nTransfer-Encoding: chunked",
  ),
  "in mid-answer": get("half"),
  "in an answer that it does not read": get("flood"),
};

const answer: RequestListener = (req, res) => {
  req.resume();
  if (req.url === "/open/half") res.write("half");
  if (req.url !== "/open/flood") return;
  const pour = () => {
    while (res.write(Buffer.alloc(65_536)));
  };
  res.on("drain", pour);
  pour();
};

/** Sends it, waits until the upstream has it and the answer began if there is one, and leaves. */
async function sendAndLeave(port: number, request: string, reached: Promise<unknown>) {
  const client = connect(port, "127.0.0.1").on("error", () => {});
  client.write(request);
  await reached;
  if (/half |flood /.test(request)) {
    await once(client, "data");
    client.pause();
  }
  client.destroy();
}

test.each(Object.entries(phases))(
  "a client that leaves %s takes its request along, within a tenth of a second (reply-from #419, reply-from #428)",
  async (_when, request) => {
    await using replica = await startReplica(answer);
    await using relay = await startRelay({ route: [`upstream: "${replica.url}"`] });
    const took: number[] = [];

    for (let n = 0; n < 11; n += 1) {
      const reached = once(replica.server, "request");
      await sendAndLeave(relay.port, request, reached);
      const left = performance.now();
      const [, response] = await reached;
      if (!response.closed) await once(response, "close");
      took.push(performance.now() - left);
    }

    // The one in the middle, for a machine may be busy at any one of them.
    expect(took.sort((a, b) => a - b)[5]).toBeLessThan(100);
    expect(relay.report()).toMatchObject([{ active: 0, state: "closed" }]);
  },
);

test("a client that left while its token was verified has nothing sent for it", async () => {
  const { promise: verified, resolve: verify } = Promise.withResolvers<void>();
  const { promise: forwarded, resolve: forward } = Promise.withResolvers<void>();
  await using replica = await startReplica();
  await using relay = await startRelay({
    route: [`upstream: "${replica.url}"`],
    async before(_ctx, next) {
      await verified;
      await next();
      forward();
    },
  });
  const reached = once(relay.server, "request");
  const client = connect(relay.port, "127.0.0.1");
  client.write(get("silent"));
  const [, response] = await reached;
  client.destroy();
  if (!response.closed) await once(response, "close");

  verify();
  await forwarded;

  expect((await relay.fetch()).status).toBe(200);
  expect(replica.requests).toEqual(["/open"]);
  expect(relay.report()).toMatchObject([{ active: 0 }]);
});

test("a thousand clients that leave, each at some point, leave nothing behind (reply-from #424)", async () => {
  await using replica = await startReplica(answer);
  await using relay = await startRelay({ route: [`upstream: "${replica.url}"`] });
  const open = () =>
    process.getActiveResourcesInfo().filter((each) => each === "TCPSocketWrap").length;
  const timers = () => process.getActiveResourcesInfo().filter((each) => each === "Timeout").length;
  const { "in an answer that it does not read": _flood, ...light } = phases;
  const requests = Object.values(light);
  const before = { open: open(), timers: timers() };
  let sent = 0;

  const lane = async (width: number) => {
    for (let n = 0; n < 1_000 / width; n += 1) {
      const request = requests[sent++ % requests.length] as string;
      const id = `x-test: ${sent}`;
      const reached = new Promise<void>((resolve) => {
        const listen: RequestListener = (req) => {
          if (req.headers["x-test"] !== id.slice(8)) return;
          replica.server.off("request", listen);
          resolve();
        };
        replica.server.on("request", listen);
      });
      await sendAndLeave(relay.port, request.replace("\r\n\r\n", `\r\n${id}\r\n\r\n`), reached);
    }
  };
  replica.server.setMaxListeners(100);
  await Promise.all(Array.from({ length: 20 }, () => lane(20)));

  for (let n = 0; n < 500 && open() > before.open; n += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(open()).toBeLessThanOrEqual(before.open);
  expect(replica.requests).toHaveLength(1_000);
  expect(relay.report()).toMatchObject([{ active: 0, state: "closed" }]);
  expect(timers()).toBeLessThanOrEqual(before.timers + 2);
}, 60_000);
