import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, test } from "@jest/globals";
import { rawUpstream } from "./support/raw-upstream.ts";
import { startRelay } from "./support/relay.ts";
import { startReplica } from "./support/replica.ts";

// An answer may come while the request's body is still on its way, or without any of it being read.

const head = (length: number, more = "") =>
  `POST /open HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n${more}\r\n`;
const answer413 = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nno!";
const get = "GET /open HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

async function untilClosed(socket: Socket): Promise<string> {
  let text = "";
  for await (const chunk of socket) text += chunk;
  return text;
}

test("an answer that comes before the body's end is passed on at once", async () => {
  await using upstream = await rawUpstream((socket) => socket.write(answer413));
  await using relay = await startRelay({ route: [`upstream: "${upstream.url}"`] });
  const client = connect(relay.port, "127.0.0.1");

  client.write(`${head(1_000_000)}only the beginning`);
  const [answer] = await once(client, "data");
  client.destroy();

  expect(String(answer)).toMatch(/^HTTP\/1.1 413 [\s\S]*\r\n\r\nno!$/);
});

test("a client that sends on gets to read its answer, and its next request is answered too", async () => {
  await using upstream = await rawUpstream((socket, request) =>
    socket.write(
      request.startsWith("POST") ? answer413 : "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    ),
  );
  await using relay = await startRelay({ route: [`upstream: "${upstream.url}"`] });
  const client = connect(relay.port, "127.0.0.1");
  client.write(`${head(1_000_000)}${"x".repeat(500_000)}`);
  const [first] = await once(client, "data");

  client.write("x".repeat(500_000) + get);

  expect(String(first)).toMatch(/^HTTP\/1.1 413 /);
  expect(await untilClosed(client)).toMatch(/^HTTP\/1.1 200 /);
});

test("a client that never ends its body is cut off after a while, not served for ever", async () => {
  await using upstream = await rawUpstream((socket) => socket.write(answer413));
  await using relay = await startRelay({
    route: [`upstream: "${upstream.url}"`, "limits: { body: 1GiB }"],
  });
  const client = connect(relay.port, "127.0.0.1").on("error", () => {});
  const closed = new Promise((resolve) => client.once("close", resolve));
  let sent = 0;
  const chunk = Buffer.alloc(65_536);
  const pour = () => {
    while (!client.destroyed && client.write(chunk)) sent += chunk.length;
  };
  client.on("drain", pour).resume();
  client.write(head(1_000_000_000));
  pour();

  await closed;

  expect(sent).toBeLessThan(64 * 1_048_576);
});

test.each([
  ["Content-Length", "Content-Length: 5\r\n"],
  ["chunks", "Transfer-Encoding: chunked\r\n"],
])(
  "a refusal of ours before a body in %s that was expected ends the connection: nobody knows what comes",
  async (_name, framing) => {
    await using relay = await startRelay({ route: ['upstream: "http://127.0.0.1:1"'] });
    const client = connect(relay.port, "127.0.0.1");

    client.write(`POST /nowhere HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n${framing}\r\n`);

    expect(await untilClosed(client)).toMatch(/^HTTP\/1.1 404 [\s\S]*connection: close/i);
  },
);

test("a client that expects 100-continue is not asked for a body that no upstream can take", async () => {
  const replica = await startReplica();
  await replica.kill();
  await using relay = await startRelay({ route: [`upstream: "${replica.url}"`] });
  const client = connect(relay.port, "127.0.0.1");

  client.write(head(1_000_000, "Expect: 100-continue\r\n"));

  expect(await untilClosed(client)).toMatch(/^HTTP\/1.1 502 /);
});

test("a body above the limit is refused in its midst, and the answer can be read", async () => {
  await using replica = await startReplica((req) => req.resume());
  await using relay = await startRelay({
    route: [`upstream: "${replica.url}"`, "limits: { body: 100KiB }"],
  });
  const client = connect(relay.port, "127.0.0.1");
  const chunk = `10000\r\n${"x".repeat(65_536)}\r\n`;

  client.write("POST /open HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  client.write(`${chunk.repeat(20)}0\r\n\r\n${get.replace("/open", "/nowhere")}`);

  const answers = await untilClosed(client);
  expect(answers).toMatch(/^HTTP\/1.1 413 [\s\S]*body_too_large[\s\S]*HTTP\/1.1 404 /);
});

test("a body that turns out malformed while it is answered resets the answer, and writes nothing into it", async () => {
  await using replica = await startReplica((req, res) => {
    req.on("error", () => {});
    res.writeHead(200, { "content-length": "1000" }).write("begun");
  });
  await using relay = await startRelay({ route: [`upstream: "${replica.url}"`] });
  const client = connect(relay.port, "127.0.0.1");
  let answer = "";
  client.on("data", (chunk) => {
    answer += chunk;
    if (answer.endsWith("begun")) client.write("zz\r\n\r\n");
  });

  client.write(
    "POST /open HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
  );
  const [error] = await once(client, "error");

  expect(error).toMatchObject({ code: "ECONNRESET" });
  expect(answer).toMatch(/begun$/);
});
