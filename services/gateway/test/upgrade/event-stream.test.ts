import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { expect, test } from "@jest/globals";
import { billing, startFixture } from "../support/gateway.ts";
import { until } from "../support/until.ts";
import { recordingUpstream } from "../support/upstream.ts";

type Issuer = { issuer: string; jwksUri: string };

const routes = ({ issuer, jwksUri }: Issuer, upstream: string) => `
issuers:
  - { issuer: "${issuer}", jwks_uri: "${jwksUri}", clock_tolerance: 0s }
routes:
  - path: /events
    upstream: "${upstream}"
    audience: ${billing}
    rules: [{ methods: [GET] }]
    timeouts: { total: none, idle: 1h }
  - path: /bounded
    upstream: "${upstream}"
    audience: ${billing}
    rules: [{ methods: [GET] }]
  - path: /idle
    upstream: "${upstream}"
    access: public
    timeouts: { total: none, idle: 1s }
`;

/** A service that answers a stream of a type and hands each one to the test. */
async function streamingUpstream(type = "text/event-stream; charset=utf-8") {
  const streams: { response: ServerResponse; closed: Promise<unknown> }[] = [];
  const upstream = await recordingUpstream((_request, response) => {
    response.writeHead(200, { "content-type": type, "x-accel-buffering": "no" });
    response.flushHeaders();
    streams.push({ response, closed: once(response, "close") });
  });
  return {
    ...upstream,
    streams,
    async [Symbol.asyncDispose]() {
      for (const { response } of streams) response.destroy();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

const soon = (seconds = 3) => ({ exp: Math.floor(Date.now() / 1000) + seconds });

const read = async (reader: ReadableStreamDefaultReader<Uint8Array>) => {
  const { value, done } = await reader.read();
  return done ? undefined : new TextDecoder().decode(value);
};

test("a listener is connected before the first event, and gets each as it is sent", async () => {
  await using upstream = await streamingUpstream();
  await using gateway = await startFixture({ upstream, routes });

  const response = await gateway.get("/events", {}); // resolves with the head alone
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  upstream.streams[0]?.response.write("data: one\n\n");
  const one = await read(reader);
  upstream.streams[0]?.response.write("data: two\n\n");
  const two = await read(reader);

  expect([one, two]).toEqual(["data: one\n\n", "data: two\n\n"]);
  expect(response.headers.get("x-accel-buffering")).toBe("no");
  expect(response.headers.get("content-encoding")).toBeNull();
  await reader.cancel();
  await upstream.streams[0]?.closed;
});

test.each(["/events", "/bounded"])(
  "at the token's exp an event stream on %s ends as if whole, and the upstream's work is called off",
  async (path) => {
    await using upstream = await streamingUpstream();
    await using gateway = await startFixture({ upstream, routes });
    const claims = soon();

    const response = await gateway.get(path, claims);
    upstream.streams[0]?.response.write("data: one\n\ndata: hal");
    const text = await response.text();
    const endedAt = Date.now() / 1000;
    await upstream.streams[0]?.closed;
    const again = await gateway.get(path, claims);

    expect(text).toBe("data: one\n\ndata: hal");
    expect(endedAt).toBeGreaterThanOrEqual(claims.exp);
    expect(again.status).toBe(401);
    expect(gateway.lines).toContainEqual(
      expect.objectContaining({
        event: "request_answered",
        route: path,
        ended_by: "token_expired",
      }),
    );
  },
);

test("at the token's exp an answer of another kind that has no deadline is reset", async () => {
  await using upstream = await streamingUpstream("application/x-ndjson");
  await using gateway = await startFixture({ upstream, routes });

  const response = await gateway.get("/events", soon());
  upstream.streams[0]?.response.write("{}\n");

  await expect(response.text()).rejects.toThrow();
  await upstream.streams[0]?.closed;
});

test("so is one that said how long it is", async () => {
  await using upstream = await recordingUpstream((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream", "content-length": "1000000" });
    response.write("data: one\n\n");
  });
  await using gateway = await startFixture({ upstream, routes });

  const response = await gateway.get("/events", soon());

  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow();
});

test("an answer of another kind that has a deadline outlives the token that asked for it", async () => {
  await using upstream = await streamingUpstream("text/csv");
  await using gateway = await startFixture({ upstream, routes });
  const claims = soon();

  const asked = gateway.get("/bounded", claims);
  await until(() => upstream.streams.length > 0);
  upstream.streams[0]?.response.write("a,b\n");
  const response = await asked;
  await until(() => Date.now() / 1000 > claims.exp + 0.1);
  upstream.streams[0]?.response.end("c,d\n");

  expect(await response.text()).toBe("a,b\nc,d\n");
});

test("a stream in which nothing is said is reset after its idle time, whatever its total", async () => {
  await using upstream = await streamingUpstream();
  await using gateway = await startFixture({ upstream, routes });

  const response = await gateway.send("/idle", {});

  await expect(response.text()).rejects.toThrow();
  await upstream.streams[0]?.closed;
});

test("a stopping gateway ends event streams at once, so that their listeners go elsewhere", async () => {
  await using upstream = await streamingUpstream();
  await using gateway = await startFixture({
    upstream,
    routes,
    env: { GATEWAY_DRAIN_MS: "60000" },
  });
  const response = await gateway.get("/events", {});
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  upstream.streams[0]?.response.write("data: one\n\n");
  const one = await read(reader);

  const [end] = await Promise.all([read(reader), gateway.stop()]);

  expect([one, end]).toEqual(["data: one\n\n", undefined]);
});

test("a stream of events for everybody has no token to end it", async () => {
  await using upstream = await streamingUpstream();
  await using gateway = await startFixture({ upstream, routes });

  const response = await gateway.send("/idle", {});
  upstream.streams[0]?.response.end("data: one\n\n");

  expect(await response.text()).toBe("data: one\n\n");
});

test("a total time that is neither a duration nor none is a fault of the file", async () => {
  const start = startFixture({
    routes: (_issuer, url) =>
      `routes: [{ path: /a, upstream: "${url}", access: public, timeouts: { total: never } }]`,
  });

  await expect(start).rejects.toThrow(
    /routes\.0\.timeouts\.total: must be a duration like 500ms, 3s, 10m or 1h, or none/,
  );
});
