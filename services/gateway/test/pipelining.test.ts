import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { startFixture } from "./support/gateway.ts";
import { handshake } from "./support/handshake.ts";
import { everything } from "./support/raw-http.ts";
import { until } from "./support/until.ts";
import { recordingUpstream } from "./support/upstream.ts";

// Answers come in the order of their requests (RFC 9112 section 9.3.2): whatever is written into a
// connection before the answer that is due is taken for that answer.

const get = (path: string, more = "") => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`;
const statuses = (text: string) =>
  [...text.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => status);

/** An upstream that answers when it is told to. */
async function heldUpstream() {
  const held: (() => void)[] = [];
  const upstream = await recordingUpstream((_request, response) => {
    held.push(() => response.end("own answer"));
  });
  const urls = () => upstream.requests.map(({ url }) => url);
  return { ...upstream, urls, release: () => held.splice(0).forEach((answer) => void answer()) };
}

describe("what is malformed is not refused before the answers that are due:", () => {
  test.each([
    ["no request at all", "\x00\x01\x02\r\n\r\n"],
    ["a header without an end of its name", "GET /open/b HTTP/1.1\r\nHost a\r\n\r\n"],
    ["both lengths", get("/open/b", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")],
    ["a head that is too large", get("/open/b", `X-A: ${"a".repeat(20_000)}\r\n`)],
    [
      "a body whose chunks are none",
      "POST /open/b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    ],
  ])("%s", async (_what, malformed) => {
    await using upstream = await heldUpstream();
    await using gateway = await startFixture({ upstream });
    const socket = connect(gateway.port, "127.0.0.1");
    const text = everything(socket);
    socket.write(get("/open/a"));
    await until(() => upstream.urls().includes("/open/a"));

    socket.write(`${malformed}${get("/open/c")}`, "latin1");
    await until(() => gateway.lines.some(({ status }) => status === 400 || status === 431));
    upstream.release();

    expect(await text).toMatch(/^HTTP\/1\.1 200 .*\r\nConnection: close\r\n.*own answer$/is);
    expect(upstream.urls()).not.toContain("/open/c");
  });

  test("also when it came at once with the request before it", async () => {
    await using gateway = await startFixture();
    const socket = connect(gateway.port, "127.0.0.1");

    socket.write(`${get("/open/a")}\x00\r\n\r\n`);

    expect(await everything(socket)).toMatch(/^HTTP\/1\.1 200 .*\r\nConnection: close\r\n.*ok$/is);
  });

  test.each([
    ["a CONNECT", "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n"],
    ["a WebSocket's handshake", handshake()],
  ])("nor is an answer lost that was there when %s came with its request", async (_what, next) => {
    await using gateway = await startFixture();
    const socket = connect(gateway.port, "127.0.0.1");

    socket.write(get("/nowhere") + next);

    expect(statuses(await everything(socket))).toEqual(["404"]);
  });

  test("of several answers that are due none is replaced, and the one that comes is the first", async () => {
    await using upstream = await heldUpstream();
    await using gateway = await startFixture({ upstream });
    const socket = connect(gateway.port, "127.0.0.1");
    const text = everything(socket);
    socket.write(get("/open/a") + get("/open/b"));
    await until(() => upstream.requests.length === 2);

    socket.write("\x00\r\n\r\n");
    await until(() => gateway.lines.some(({ status }) => status === 400));
    upstream.release();

    expect(statuses(await text)).toEqual(["200"]);
  });

  test("however much of it comes, it is reported once", async () => {
    await using upstream = await heldUpstream();
    await using gateway = await startFixture({ upstream });
    const socket = connect(gateway.port, "127.0.0.1");
    const text = everything(socket);
    socket.write(get("/open/a"));
    await until(() => upstream.requests.length === 1);

    for (let round = 0; round < 20; round += 1) {
      await new Promise((written) => socket.write("\x00\r\n\r\n", written));
    }
    await until(() => gateway.lines.some(({ status }) => status === 400));
    upstream.release();
    await text;

    expect(gateway.lines.filter(({ status }) => status === 400)).toHaveLength(1);
  });

  test("behind an answer that has begun it resets the connection", async () => {
    await using upstream = await recordingUpstream((_request, response) => {
      response.writeHead(200, { "content-length": "20" }).write("0123456789");
    });
    await using gateway = await startFixture({ upstream });
    const socket = connect(gateway.port, "127.0.0.1");
    socket.write(get("/open/a"));
    const [begun] = await once(socket, "data");

    socket.write("\x00\r\n\r\n");

    expect(String(begun) + (await everything(socket))).toMatch(/\r\n\r\n0123456789$/);
  });

  test("a request whose own body is malformed is what the refusal answers", async () => {
    await using gateway = await startFixture();
    const socket = connect(gateway.port, "127.0.0.1");

    socket.write("POST /open/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n");

    expect(statuses(await everything(socket))).toEqual(["400"]);
    expect(gateway.upstream.requests.filter(({ body }) => body !== "")).toEqual([]);
  });
});

// Node's parser stops at an Upgrade. Where it is not taken, what was read with it is lost.
describe("behind an Upgrade that is not taken nothing is believed, and the answer says so:", () => {
  const h2c = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n";
  const post = `POST /open/a HTTP/1.1\r\nHost: a\r\n${h2c}Content-Length: 5\r\n\r\nhello`;

  test.each([
    ["another request", [get("/open/a", h2c) + get("/open/b")]],
    ["a request behind a body", [post + get("/open/b")]],
    [
      "half a request, then the rest",
      [`${get("/open/a", h2c)}GET /open/b HT`, "TP/1.1\r\nHost: a\r\n\r\n"],
    ],
    [
      "a request that is lost and one that is not",
      [get("/open/a", h2c) + get("/open/b"), get("/open/c")],
    ],
    ["nothing but a later request", [get("/open/a", h2c), get("/open/b")]],
  ])("%s", async (_what, pieces) => {
    await using upstream = await heldUpstream();
    await using gateway = await startFixture({ upstream });
    const socket = connect(gateway.port, "127.0.0.1").setNoDelay();
    const text = everything(socket);

    socket.write(pieces[0] as string);
    await until(() => upstream.requests.length === 1);
    for (const piece of pieces.slice(1)) await new Promise((sent) => socket.write(piece, sent));
    upstream.release();

    expect(await text).toMatch(/^HTTP\/1\.1 200 .*\r\nConnection: close\r\n.*own answer$/is);
    expect(upstream.urls()).toEqual(["/open/a"]);
  });

  test("also where the request itself is refused", async () => {
    await using gateway = await startFixture();
    const socket = connect(gateway.port, "127.0.0.1");

    socket.write(get("/nowhere", h2c) + get("/open/b"));

    expect(await everything(socket)).toMatch(/^HTTP\/1\.1 404 .*\r\nConnection: close\r\n/is);
    expect(gateway.upstream.requests).toEqual([]);
  });
});
