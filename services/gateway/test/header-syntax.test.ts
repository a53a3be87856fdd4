import { describe, expect, test } from "@jest/globals";
import { startFixture } from "./support/gateway.ts";

describe("bytes that servers cut into headers in different ways are refused:", () => {
  test.each([
    ["a folded line", "X-A: 1\r\n  X-B: 2\r\n"],
    ["a folded line, by a tab", "X-A: 1\r\n\tX-B: 2\r\n"],
    ["a space before the colon", "X-A : 1\r\n"],
    ["a tab before the colon", "X-A\t: 1\r\n"],
    ["a line feed alone", "X-A: 1\nX-User-Id: root\r\n"],
    ["a carriage return alone", "X-A: 1\rX-User-Id: root\r\n"],
    ["a NUL in a value", "X-A: a\0b\r\n"],
    ["a NUL in a name", "X\0A: 1\r\n"],
    ["a control character", "X-A: a\x01b\r\n"],
    ["a name beyond ASCII", "X-\xc3\xa9: 1\r\n"],
    ["no name", ": 1\r\n"],
    ["no colon", "X-A\r\n"],
  ])("%s", async (_why, lines) => {
    await using gateway = await startFixture();

    const answer = await gateway.raw(`GET /open HTTP/1.1\r\nHost: a\r\n${lines}\r\n`);

    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ code: "request_malformed" });
    expect(gateway.upstream.requests).toEqual([]);
  });

  test("octets beyond ASCII in a value pass as they are", async () => {
    await using gateway = await startFixture();

    await gateway.raw("GET /open HTTP/1.1\r\nHost: a\r\nX-A: caf\xc3\xa9 \xff\r\n\r\n");

    expect(gateway.upstream.requests[0]?.header("x-a")).toBe("caf\xc3\xa9 \xff");
  });
});

describe("a request line of another protocol is refused:", () => {
  test.each([
    ["HTTP/0.9", "GET /open\r\n\r\n"],
    ["HTTP/1.2", "GET /open HTTP/1.2\r\nHost: a\r\n\r\n"],
    ["HTTP/2.0 in the clothes of HTTP/1", "GET /open HTTP/2.0\r\nHost: a\r\n\r\n"],
    ["HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ["a method in lower case", "get /open HTTP/1.1\r\nHost: a\r\n\r\n"],
    [
      "HTTP/1.0 with chunks",
      "POST /open HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
  ])("%s", async (_which, request) => {
    await using gateway = await startFixture();

    const answer = await gateway.raw(request);

    expect(answer.status).toBe(400);
    expect(gateway.upstream.requests).toEqual([]);
  });

  test("HTTP/1.0 as such is served", async () => {
    await using gateway = await startFixture();

    const answer = await gateway.raw("GET /open HTTP/1.0\r\nHost: a\r\n\r\n");

    expect(answer.status).toBe(200);
  });
});

describe("a header that means one thing may be there once:", () => {
  test.each([
    ["Authorization", "a", "b"],
    ["Content-Type", "text/plain", "text/html"],
    ["Origin", "https://a.example", "https://b.example"],
    ["Range", "bytes=0-1", "bytes=2-3"],
    ["If-Match", '"1"', '"2"'],
    ["Idempotency-Key", "a", "b"],
  ])("%s", async (name, one, two) => {
    await using gateway = await startFixture();

    const answer = await gateway.raw(
      `GET /open HTTP/1.1\r\nHost: a\r\n${name}: ${one}\r\n${name.toLowerCase()}: ${two}\r\n\r\n`,
    );

    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ code: "header_not_accepted" });
    expect(gateway.upstream.requests).toEqual([]);
  });

  test("one that is a list may be there twice, and both pass in their order", async () => {
    await using gateway = await startFixture();

    await gateway.raw(
      "GET /open HTTP/1.1\r\nHost: a\r\nAccept: a/b\r\nX-A: 1\r\nAccept: c/d\r\n\r\n",
    );

    const rawHeaders = gateway.upstream.requests[0]?.rawHeaders ?? [];
    const at = rawHeaders.indexOf("Accept");
    expect(rawHeaders.slice(at, at + 6)).toEqual(["Accept", "a/b", "X-A", "1", "Accept", "c/d"]);
  });
});

describe("a Host that names no one host is refused (Koa CVE-2026-27959):", () => {
  test.each([
    ["a user part", "good.example@evil"],
    ["a user part with a port", "good.example:80@evil"],
    ["nothing", ""],
    ["two names", "a, b"],
    ["a path", "a/b"],
    ["a query", "a?b"],
    ["a fragment", "a#b"],
    ["an octet", "a%2eexample"],
    ["a scheme", "http://a"],
    ["an empty label", "a..example"],
    ["dots alone", ".."],
    ["a port that is none", "a:b"],
    ["an empty port", "a:"],
    ["a port too large", "a:65536"],
    ["a zone", "[fe80::1%25eth0]"],
    ["brackets around no address", "[1.2]"],
    ["too many colons", "[::::]"],
    ["octets beyond ASCII", "caf\xc3\xa9"],
    ["300 characters", "a".repeat(300)],
  ])("%s", async (_why, host) => {
    await using gateway = await startFixture();

    const answer = await gateway.raw(`GET /open HTTP/1.1\r\nHost: ${host}\r\n\r\n`);

    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ code: "host_not_accepted" });
    expect(gateway.upstream.requests).toEqual([]);
  });

  test.each([
    ["no Host", ""],
    ["two Hosts", "Host: a\r\nHost: a\r\n"],
    ["no Host in HTTP/1.0, either", "", "1.0"],
  ])("%s", async (_why, lines, version = "1.1") => {
    await using gateway = await startFixture();

    const answer = await gateway.raw(`GET /open HTTP/${version}\r\n${lines}\r\n`);

    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ code: "host_not_accepted" });
  });

  test.each([
    "a",
    "A.Example",
    "a.example.",
    "a:80",
    "127.0.0.1:9001",
    "[::1]",
    "[2001:db8::1]:443",
    "xn--e1afmkfd",
  ])("%s is one, and the upstream is told it as it is", async (host) => {
    await using gateway = await startFixture();

    const answer = await gateway.raw(`GET /open HTTP/1.1\r\nHost: ${host}\r\n\r\n`);

    expect(answer.status).toBe(200);
    expect(gateway.upstream.requests[0]?.header("x-forwarded-host")).toBe(host);
    expect(gateway.upstream.requests[0]?.header("host")).toBe(new URL(gateway.upstream.url).host);
  });
});

test("no header writes into the log what did not happen (Envoy CVE-2024-45808)", async () => {
  await using gateway = await startFixture();
  const forged = '\\n{"event":"forged"}';

  for (const name of [
    "X-Request-Id",
    "traceparent",
    "User-Agent",
    "X-Forwarded-For",
    "Forwarded",
  ]) {
    await gateway.send("/open", { headers: { [name]: `a"${forged}` } });
  }
  const events = () => gateway.lines.filter(({ event }) => event === "request_answered");
  while (events().length < 5) await new Promise((wake) => setImmediate(wake));

  expect(events()).toHaveLength(5);
  expect(JSON.stringify(gateway.lines)).not.toContain("forged");
});
