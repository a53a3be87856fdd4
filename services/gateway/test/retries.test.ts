import { describe, expect, test } from "@jest/globals";
import { rawUpstream } from "./support/raw-upstream.ts";
import { startRelay } from "./support/relay.ts";
import { startReplica } from "./support/replica.ts";

// @fastify/reply-from turned one GET into eleven by reading `Retry-After: 5` as 5 ms, and undici's
// RetryHandler sends PUT and DELETE again on 500 and 429. A failing upstream then gets a multiple of
// the load that it is failing under.

test("an upstream that answers 503 to everything gets each request once, and its Retry-After is passed on (reply-from #200)", async () => {
  await using replica = await startReplica((_req, res) => {
    res.writeHead(503, { "retry-after": "5" }).end("overloaded");
  });
  await using relay = await startRelay({ route: [`upstream: "${replica.url}"`] });

  const responses = await Promise.all(Array.from({ length: 200 }, () => relay.fetch()));

  expect(replica.requests).toHaveLength(200);
  for (const response of responses) {
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("5");
    expect(await response.text()).toBe("overloaded");
  }
  expect(relay.events).toEqual([]);
});

test.each([500, 502, 504, 429, 408])("a %i is an answer and never tried again", async (status) => {
  await using replica = await startReplica((_req, res) => res.writeHead(status).end());
  await using relay = await startRelay({ route: [`upstream: "${replica.url}"`] });

  for (const method of ["GET", "PUT", "DELETE"]) {
    expect((await relay.fetch({ method })).status).toBe(status);
  }

  expect(replica.requests).toHaveLength(3);
});

test("an upstream that breaks every connection gets less than 1.2 times its load, then a rest", async () => {
  await using replica = await startReplica((req) => req.socket.destroy());
  await using relay = await startRelay({ route: [`upstream: "${replica.url}"`] });

  for (let n = 0; n < 200; n += 1) {
    const response = await relay.fetch();
    expect([502, 503]).toContain(response.status);
    await response.body?.cancel();
    if (n % 10 === 9) relay.pass(1_000);
  }

  expect(replica.requests.length).toBeLessThan(240);
});

test("the budget bounds what is tried again, however many fail at once", async () => {
  await using replica = await startReplica((req) => req.socket.destroy());
  await using relay = await startRelay({ route: [`upstream: "${replica.url}"`] });

  await Promise.all(Array.from({ length: 200 }, () => relay.fetch()));

  const retried = relay.events.filter(({ event }) => event === "request_retried");
  expect(retried.length).toBeLessThanOrEqual(40);
  expect(replica.requests.length).toBeLessThanOrEqual(240);
});

describe("a connection that breaks before the answer:", () => {
  /** Breaks the first request's connection and answers the others. */
  const breaksOnce = () =>
    rawUpstream((socket, _head, nth) => {
      if (nth === 1) socket.destroy();
      else socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });

  test.each(["GET", "HEAD", "OPTIONS", "DELETE"])("%s is tried once more", async (method) => {
    await using upstream = await breaksOnce();
    await using relay = await startRelay({ route: [`upstream: "${upstream.url}"`] });

    expect((await relay.fetch({ method })).status).toBe(200);
    expect(upstream.received).toHaveLength(2);
    expect(relay.events).toMatchObject([{ event: "request_retried" }]);
  });

  test.each([
    ["POST", null],
    ["PATCH", null],
    ["POST", "body"],
    ["PUT", "body"],
    ["DELETE", "body"],
  ])("%s with body %p is not: it may have been done", async (method, body) => {
    await using upstream = await breaksOnce();
    await using relay = await startRelay({ route: [`upstream: "${upstream.url}"`] });

    const response = await relay.fetch({ method, body });

    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ code: "upstream_broken" });
    expect(upstream.received).toHaveLength(1);
  });

  test("one that broke in mid-answer is not tried again: the client has half of it", async () => {
    await using upstream = await rawUpstream((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf", () => socket.destroy());
    });
    await using relay = await startRelay({ route: [`upstream: "${upstream.url}"`] });

    const response = await relay.fetch();

    await expect(response.text()).rejects.toThrow();
    expect(upstream.received).toHaveLength(1);
  });

  test("nor is one whose answer is nonsense: it would be nonsense again", async () => {
    await using upstream = await rawUpstream((socket) => socket.write("SSH-2.0-OpenSSH\r\n\r\n"));
    await using relay = await startRelay({ route: [`upstream: "${upstream.url}"`] });

    const response = await relay.fetch();

    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ code: "upstream_broken" });
    expect(upstream.received).toHaveLength(1);
  });
});
