import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "@jest/globals";
import { createMetrics, requestDuration } from "@tollgate/shared/metrics";
import { identifyRequest } from "@tollgate/shared/middleware/identify-request";
import { type Logged, logRequest } from "@tollgate/shared/middleware/log-request";
import { reportProblems } from "@tollgate/shared/middleware/report-problems";
import { recordingLog } from "@tollgate/shared/testing/lines";
import { startServer } from "@tollgate/shared/testing/start-server";
import Koa from "koa";

/** An app that reads the body whole and answers what it counted; `/bug` has a bug. */
async function startApp() {
  const { log, lines } = recordingLog("app");
  const app = new Koa<Logged>();
  app.silent = true;
  app
    .use(identifyRequest(log))
    .use(logRequest(requestDuration(createMetrics("app"))))
    .use(reportProblems())
    .use(async (ctx) => {
      if (ctx.path === "/bug") throw new Error("secret inside");
      let bytes = 0;
      for await (const chunk of ctx.req) bytes += chunk.length;
      ctx.body = { bytes };
    });
  const server = await startServer(app.callback());
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  server.server.once("request", (_request, response) => {
    response.once("close", () => setImmediate(resolve));
  });
  return { ...server, lines, closed };
}

async function send(port: number, request: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.end(request);
  let answer = "";
  for await (const chunk of socket) answer += chunk;
  return answer;
}

test("a bug answers internal_error, with none of its own text", async () => {
  await using app = await startApp();

  const response = await fetch(`${app.url}/bug`);

  expect([response.status, response.headers.get("content-type")]).toEqual([
    500,
    "application/problem+json",
  ]);
  expect(await response.text()).not.toContain("secret inside");
});

test.each(["http://[::1", "http://a.example/x", "*"])(
  "a target that is no path, like %s, is refused before anything reads it",
  async (target) => {
    await using app = await startApp();

    const answer = await send(
      app.port,
      `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    );

    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('"code":"request_target_invalid"');
  },
);

test("a client that leaves in the middle of its body is no failure of ours", async () => {
  await using app = await startApp();
  const socket = connect(app.port, "127.0.0.1");
  socket.write("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf");
  await once(socket, "connect");
  await once(app.server, "request");
  socket.resetAndDestroy();
  await app.closed;

  const line = app.lines.find(({ event }) => event === "request_answered");
  expect(line).toMatchObject({ status: 499, aborted: true });
  expect(app.lines.filter(({ level }) => level === "error")).toEqual([]);
});
