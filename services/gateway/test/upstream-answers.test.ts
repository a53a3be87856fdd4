import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { rawUpstream } from "./support/raw-upstream.ts";
import { startRelay } from "./support/relay.ts";
import { startReplica } from "./support/replica.ts";

describe("an answer whose end could be read in two ways is a 502, and none of it is passed on:", () => {
  test.each([
    [
      "both lengths",
      "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    ],
    ["both, the other way round", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\nhello"],
    ["two Content-Lengths", "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"],
    ["the same Content-Length twice", "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello"],
    ["a list of Content-Lengths", "Content-Length: 5, 5\r\n\r\nhello"],
    ["a signed Content-Length", "Content-Length: +5\r\n\r\nhello"],
    ["a negative Content-Length", "Content-Length: -5\r\n\r\nhello"],
    ["a hexadecimal Content-Length", "Content-Length: 0x5\r\n\r\nhello"],
    [
      "an unknown transfer coding",
      "Transfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    ],
    ["chunked that is not last", "Transfer-Encoding: chunked, gzip\r\n\r\nhello"],
    ["a folded header", "X-A: 1\r\n Content-Length: 5\r\n\r\nhello"],
    ["a space before the colon", "Content-Length : 5\r\n\r\nhello"],
    ["more than 100 headers", `${"X-A: 1\r\n".repeat(101)}Content-Length: 5\r\n\r\nhello`],
    ["headers without end", `X-A: ${"a".repeat(20_000)}\r\nContent-Length: 5\r\n\r\nhello`],
  ])("%s", async (_name, rest) => {
    await using upstream = await rawUpstream((socket) => {
      socket.end(`HTTP/1.1 200 OK\r\n${rest}`, "latin1");
    });
    await using relay = await startRelay({ route: [`upstream: "${upstream.url}"`] });

    const answer = await relay.raw("GET /open HTTP/1.1\r\nHost: a\r\n\r\n");

    expect(answer.head).toMatch(/^HTTP\/1.1 502 Bad Gateway\r\n/);
    expect(JSON.parse(answer.body)).toMatchObject({ code: "upstream_broken" });
    expect(answer.text).not.toMatch(/hello/);
  });

  test.each([
    [
      "a switch that nobody asked for",
      "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n",
    ],
    ["a status that is none", "HTTP/1.1 099 Low\r\nContent-Length: 0\r\n\r\n"],
    ["another protocol", "220 mail.example ESMTP\r\n\r\n"],
  ])("%s", async (_name, bytes) => {
    await using upstream = await rawUpstream((socket) => void socket.write(bytes));
    await using relay = await startRelay({ route: [`upstream: "${upstream.url}"`] });

    const response = await relay.fetch();

    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ code: "upstream_broken" });
  });
});

describe("an answer without a body ends where its head does, and the connection goes on:", () => {
  const cases: [string, string, string, RegExp][] = [
    [
      "HEAD, whose length is that of the GET",
      "HEAD",
      "200 OK\r\nContent-Length: 500",
      /content-length: 500/i,
    ],
    [
      "204, which has no length to state",
      "GET",
      "204 No Content\r\nContent-Length: 0",
      /^(?![\s\S]*content-length)/i,
    ],
    [
      "304, whose length is that of the 200",
      "GET",
      "304 Not Modified\r\nContent-Length: 500",
      /content-length: 500/i,
    ],
    ["200 of length 0", "GET", "200 OK\r\nContent-Length: 0", /content-length: 0/i],
  ];

  test.each(cases)("%s", async (_name, method, head, expected) => {
    await using upstream = await rawUpstream((socket) => socket.write(`HTTP/1.1 ${head}\r\n\r\n`));
    await using relay = await startRelay({ route: [`upstream: "${upstream.url}"`] });
    const client = connect(relay.port, "127.0.0.1");
    const request = `${method} /open HTTP/1.1\r\nHost: a\r\n\r\n`;

    client.write(request);
    const [first] = await once(client, "data");
    client.write(request);
    const [second] = await once(client, "data");
    client.destroy();

    for (const answer of [String(first), String(second)]) {
      expect(answer.slice(9, 12)).toBe(head.slice(0, 3));
      expect(answer).toMatch(expected);
      expect(answer).toMatch(/\r\n\r\n$/);
    }
  });
});

test("an answer that ends with its connection is passed on in chunks, whole", async () => {
  await using upstream = await rawUpstream((socket) => {
    socket.end("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nuntil the end");
  });
  await using relay = await startRelay({ route: [`upstream: "${upstream.url}"`] });

  const response = await relay.fetch();

  expect(response.headers.get("transfer-encoding")).toBe("chunked");
  expect(await response.text()).toBe("until the end");
});

test("an answer that is cut short is a reset, to HTTP/1.0 as well, where an end would look whole", async () => {
  await using upstream = await rawUpstream((socket) => {
    socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
    setTimeout(() => socket.destroy(), 50);
  });
  await using relay = await startRelay({ route: [`upstream: "${upstream.url}"`] });

  for (const version of ["1.0", "1.1"]) {
    const client = connect(relay.port, "127.0.0.1");
    client.write(`GET /open HTTP/${version}\r\nHost: a\r\n\r\n`);
    const [error] = await once(client.resume(), "error").catch((reason) => [reason]);
    expect(error).toMatchObject({ code: "ECONNRESET" });
  }
});

describe("interim answers:", () => {
  const early =
    "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload, </b.js>; rel=preload\r\nX-Secret: 1\r\n\r\n";
  const final = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  test("the links of a 103 reach the client before the answer does", async () => {
    await using upstream = await rawUpstream((socket) => socket.write(early + final));
    await using relay = await startRelay({ route: [`upstream: "${upstream.url}"`] });

    const answer = await relay.raw("GET /open HTTP/1.1\r\nHost: a\r\n\r\n");

    const links = "Link: </a.css>; rel=preload, </b.js>; rel=preload";
    expect(answer.text).toMatch(`HTTP/1.1 103 Early Hints\r\n${links}\r\n\r\nHTTP/1.1 200 OK\r\n`);
  });

  test("they do not reach a client of HTTP/1.0, which would take them for the answer", async () => {
    await using upstream = await rawUpstream((socket) => socket.write(early + final));
    await using relay = await startRelay({ route: [`upstream: "${upstream.url}"`] });

    const answer = await relay.raw("GET /open HTTP/1.0\r\nHost: a\r\n\r\n");

    expect(answer.text).toMatch(/^HTTP\/1.1 200 OK\r\n/);
  });

  test("a link that Node would refuse to write costs nobody the answer that follows", async () => {
    const odd = "HTTP/1.1 103 Early Hints\r\nLink: </\u0101.css>; rel=preload\r\n\r\n";
    await using upstream = await rawUpstream((socket) => socket.write(odd + final));
    await using relay = await startRelay({ route: [`upstream: "${upstream.url}"`] });

    const answer = await relay.raw("GET /open HTTP/1.1\r\nHost: a\r\n\r\n");

    expect(answer.text).toMatch(/^HTTP\/1.1 200 OK\r\n[\s\S]*\r\n\r\nok$/);
  });

  test("one that makes no sense is dropped, and a flood of them ends with the first few", async () => {
    const odd = "HTTP/1.1 103 Early Hints\r\nLink: nonsense\r\n\r\nHTTP/1.1 199 Odd\r\n\r\n";
    const flood = "HTTP/1.1 102 Processing\r\n\r\n".repeat(1_000);
    await using upstream = await rawUpstream((socket) => socket.write(odd + flood + final));
    await using relay = await startRelay({ route: [`upstream: "${upstream.url}"`] });

    const answer = await relay.raw("GET /open HTTP/1.1\r\nHost: a\r\n\r\n");

    expect(answer.text.match(/HTTP\/1.1 1\d\d/g)?.length).toBeLessThanOrEqual(10);
    expect(answer.text).toMatch(/HTTP\/1.1 200 OK\r\n[\s\S]*\r\n\r\nok$/);
  });
});

test("repeated headers of an answer stay repeated, in their order", async () => {
  await using replica = await startReplica((_req, res) => {
    res.writeHead(200, ["set-cookie", "a=1", "x-b", "2", "set-cookie", "c=3"]).end();
  });
  await using relay = await startRelay({ route: [`upstream: "${replica.url}"`] });

  expect((await relay.fetch()).headers.getSetCookie()).toEqual(["a=1", "c=3"]);
});
