import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { startFixture } from "./support/gateway.ts";
import { recordingUpstream } from "./support/upstream.ts";

const smuggled = "GET /open/smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

describe("a request whose length is not plain is refused, and nothing behind it is run:", () => {
  const cases: [string, string][] = [
    [
      "both Content-Length and Transfer-Encoding",
      "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
    ],
    ["two Content-Lengths", "Content-Length: 5\r\nContent-Length: 6\r\n"],
    ["a list of Content-Lengths", "Content-Length: 5, 5\r\n"],
    ["a signed Content-Length", "Content-Length: +5\r\n"],
    ["a hexadecimal Content-Length", "Content-Length: 0x5\r\n"],
    ["a negative Content-Length", "Content-Length: -1\r\n"],
    ["another coding before chunked", "Transfer-Encoding: gzip, chunked\r\n"],
    ["chunked that is not last", "Transfer-Encoding: chunked, identity\r\n"],
    ["a coding that only looks like chunked", "Transfer-Encoding: xchunked\r\n"],
    ["chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"],
    ["a space before the colon", "Transfer-Encoding : chunked\r\n"],
    ["a header that imitates a framing one", "Transfer_Encoding: chunked\r\nContent-Length: 5\r\n"],
    ["a folded header", "X-A: 1\r\n Transfer-Encoding: chunked\r\n"],
  ];

  test.each(cases)("%s", async (_name, headers) => {
    await using gateway = await startFixture();
    // With a connection to the upstream at hand, what slips through is there at once.
    await (await gateway.send("/open/first", {})).text();

    const answer = await gateway.raw(
      `POST /open/a HTTP/1.1\r\nHost: a\r\n${headers}\r\n0\r\n\r\n${smuggled}`,
    );

    expect(answer.status).toBe(400);
    expect(answer.head).toMatch(/application\/problem\+json/);
    expect(answer.head).toMatch(/connection: close/i);
    await (await gateway.send("/open/last", {})).text();
    expect(gateway.upstream.requests.map(({ url }) => url)).toEqual(["/open/first", "/open/last"]);
  });

  test("a chunk with a broken size", async () => {
    await using gateway = await startFixture();

    await gateway.raw(
      `POST /open/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;\nx\r\nhello\r\nzz\r\n${smuggled}`,
    );

    expect(gateway.upstream.requests.map((each) => each.url)).not.toContain("/open/smuggled");
  });
});

describe("one request in is one request out, whatever carries a body:", () => {
  test.each(["GET", "DELETE", "OPTIONS", "POST"])("a chunked %s", async (method) => {
    await using gateway = await startFixture();
    const body = `5\r\nhello\r\n${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`;

    const answer = await gateway.raw(
      `${method} /open/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${body}`,
    );

    expect(answer.status).toBe(200);
    expect(gateway.upstream.requests).toHaveLength(1);
    expect(gateway.upstream.requests[0]).toMatchObject({ method, body: `hello${smuggled}` });
  });

  test("Upgrade: h2c makes no tunnel (Traefik CVE-2026-88008)", async () => {
    await using gateway = await startFixture();

    const answer = await gateway.raw(
      "GET /open HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n",
    );

    expect(answer.status).toBe(200);
    expect(gateway.upstream.requests[0]?.header("upgrade")).toBeUndefined();
  });
});

test("a client that expects 100-continue is asked for its body only once it may send it", async () => {
  await using gateway = await startFixture();
  const head = (path: string) =>
    `POST ${path} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n`;

  const refused = await gateway.raw(head("/billing/x"));
  const socket = connect(gateway.port, "127.0.0.1");
  socket.write(head("/open/x"));
  const [first] = await once(socket, "data");
  socket.write("hello");
  const [second] = await once(socket, "data");
  socket.destroy();

  expect(refused.text).toMatch(/^HTTP\/1.1 401 /);
  expect(String(first)).toBe("HTTP/1.1 100 Continue\r\n\r\n");
  expect(String(second)).toMatch(/^HTTP\/1.1 200 /);
  expect(gateway.upstream.requests).toMatchObject([{ url: "/open/x", body: "hello" }]);
});

test("any other expectation is a 417", async () => {
  await using gateway = await startFixture();

  const answer = await gateway.raw("GET /open HTTP/1.1\r\nHost: a\r\nExpect: money\r\n\r\n");

  expect(answer.status).toBe(417);
  expect(gateway.upstream.requests).toEqual([]);
});

test("an answer that the upstream breaks off is reset, never ended as if whole (http-proxy-middleware #782)", async () => {
  await using upstream = await recordingUpstream((_req, res) => {
    res.writeHead(200, { "content-length": "1000" });
    res.write("half of it", () => res.destroy());
  });
  await using gateway = await startFixture({ upstream });

  const response = await gateway.send("/open", {});

  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow();
});

test("an endless header section is a 431", async () => {
  await using gateway = await startFixture();

  const large = await gateway.raw(
    `GET /open HTTP/1.1\r\nHost: a\r\nX-A: ${"a".repeat(20_000)}\r\n\r\n`,
  );
  const many = await gateway.raw(
    `GET /open HTTP/1.1\r\nHost: a\r\n${Array.from({ length: 101 }, (_, i) => `X-${i}: 1`).join("\r\n")}\r\n\r\n`,
  );

  expect(large.status).toBe(431);
  expect(many.status).toBe(431);
  expect(gateway.upstream.requests).toEqual([]);
});
