import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "@jest/globals";
import { startFixture } from "./support/gateway.ts";
import { recordingUpstream } from "./support/upstream.ts";

const accessLines = (lines: Record<string, unknown>[]) =>
  lines.filter((each) => each.event === "request_answered" || each.event === "request_refused");

test("an answered request leaves one line that says who called, what, and how long each phase took", async () => {
  await using gateway = await startFixture();

  await gateway.get("/billing/x?secret=1", { sub: "svc-a", jti: "token-1" });

  expect(accessLines(gateway.lines)).toEqual([
    expect.objectContaining({
      level: "info",
      method: "GET",
      route: "/billing",
      status: 200,
      client_id: "svc-a",
      sub: "svc-a",
      jti: "token-1",
      client_address: "127.0.0.1",
      upstream: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      request_id: expect.stringMatching(/^[\w-]{36}$/),
      trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      duration_ms: expect.any(Number),
      decided_ms: expect.any(Number),
      upstream_ms: expect.any(Number),
    }),
  ]);
  expect(JSON.stringify(gateway.lines)).not.toContain("secret");
});

test("a refused one says why, in the problem's code; what the parser refuses does too", async () => {
  await using gateway = await startFixture();

  await gateway.send("/billing/x", {});
  await gateway.raw("GET /open HTTP/1.1\r\nHost: a\r\nX A: 1\r\n\r\n");
  await gateway.raw("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n");
  await gateway.raw("PURGE /open HTTP/1.1\r\nHost: a\r\n\r\n");

  expect(accessLines(gateway.lines)).toMatchObject([
    { status: 401, reason: "token_missing", route: "/billing" },
    { status: 400, reason: "request_malformed", route: "unmatched", method: "_OTHER" },
    { status: 405, reason: "method_not_allowed", route: "unmatched", method: "_OTHER" },
    { status: 405, reason: "method_not_allowed", route: "unmatched", method: "_OTHER" },
  ]);
});

test("a client that left before its answer is not logged as one that got it", async () => {
  const { promise: reached, resolve } = Promise.withResolvers<{ closed: Promise<unknown> }>();
  await using upstream = await recordingUpstream((_req, res) =>
    resolve({ closed: once(res, "close") }),
  );
  await using gateway = await startFixture({ upstream });
  const socket = connect(gateway.port, "127.0.0.1");
  socket.write("GET /open HTTP/1.1\r\nHost: a\r\n\r\n");
  const { closed } = await reached;
  socket.destroy();
  await closed;

  expect(accessLines(gateway.lines)).toMatchObject([{ status: 499, aborted: true }]);
});

test("nobody writes a line of their own into the log (CVE-2024-45808)", async () => {
  await using gateway = await startFixture();
  const forged = '","level":"fatal"}\n{"event":"request_answered","status":200,"sub":"root"}\n';

  await gateway.get("/billing/x", { sub: forged, client_id: forged, jti: `\u001b[2J${forged}` });
  await gateway.raw(
    `GET /open/%0a%7b HTTP/1.1\r\nHost: a\r\nX-Request-Id: ${'"}{"status":1}'}\r\nTraceparent: ${'\t"}{"a":"b"}'}\r\nX-Forwarded-For: ${'"}{"x":1}'}\r\n\r\n`,
  );

  expect(gateway.lines.filter((each) => each.sub === "root")).toEqual([]);
  const [first, second] = accessLines(gateway.lines);
  expect(first).toMatchObject({ sub: forged, client_id: forged, level: "info" });
  expect(second).toMatchObject({ status: 400, client_address: "127.0.0.1", level: "info" });
  expect(second?.request_id).toMatch(/^[\w-]{36}$/);
});

test("what can be chosen freely makes no new time series", async () => {
  await using gateway = await startFixture();
  await gateway.raw("PURGE /open HTTP/1.1\r\nHost: a\r\n\r\n");
  await gateway.raw("BREW /open HTTP/1.1\r\nHost: a\r\n\r\n");
  for (let index = 0; index < 20; index++) {
    await gateway.send(`/open/${index}`, {});
    await gateway.send(`/nowhere-${index}`, {});
  }

  const metrics = await (await fetch(`http://127.0.0.1:${gateway.adminPort}/metrics`)).text();

  const series = metrics
    .split("\n")
    .filter((line) => line.startsWith("http_server_request_duration_seconds_count"))
    .map((line) => line.slice(line.indexOf("{")));
  expect(series).toHaveLength(4);
  expect(metrics).toMatch(
    /duration_seconds_count\{[^}]*method="GET",http_route="\/open"[^}]*\} 20/,
  );
  expect(metrics).toMatch(/gateway_refusals_total\{[^}]*code="route_unknown"[^}]*\} 20/);
  expect(metrics).toMatch(/http_server_active_requests\{[^}]*\} 0/);
  expect(metrics).toMatch(/gateway_upstream_first_byte_seconds_count\{[^}]*\} 20/);
});
