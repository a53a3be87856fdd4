import { once } from "node:events";
import { expect, test } from "@jest/globals";
import { startRelay } from "./support/relay.ts";
import { startPair, startReplica } from "./support/replica.ts";

/** Keeps a number of requests under way until the last is done; `send` gets their numbers. */
async function inParallel<T>(count: number, width: number, send: (n: number) => Promise<T>) {
  const results: T[] = [];
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const n = next++;
      results[n] = await send(n);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return results;
}

test("requests are spread over all replicas behind a name", async () => {
  const { first, second, port } = await startPair();
  await using _first = first;
  await using _second = second;
  await using relay = await startRelay({
    route: [`upstream: "http://billing:${port}"`],
    resolve: async () => ["127.0.0.1", "127.0.0.2"],
  });

  await inParallel(200, 10, () => relay.fetch());

  expect(first.requests.length).toBeGreaterThan(50);
  expect(second.requests.length).toBeGreaterThan(50);
});

test("a replica that is killed under load fails not one GET", async () => {
  const { first, second, port } = await startPair();
  await using _first = first;
  await using _second = second;
  await using relay = await startRelay({
    route: [`upstream: "http://billing:${port}"`],
    resolve: async () => ["127.0.0.1", "127.0.0.2"],
  });

  const statuses = await inParallel(400, 20, async (n) => {
    if (n === 150) await first.kill();
    return (await relay.fetch()).status;
  });

  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(first.requests.length).toBeGreaterThan(20);
});

test("a replica that is killed under load never lets a POST be done twice", async () => {
  const { first, second, port } = await startPair();
  await using _first = first;
  await using _second = second;
  await using relay = await startRelay({
    route: [`upstream: "http://billing:${port}"`],
    resolve: async () => ["127.0.0.1", "127.0.0.2"],
  });

  const statuses = await inParallel(400, 20, async (n) => {
    if (n === 150) await first.kill();
    const init = { method: "POST", body: "pay", headers: { "x-test": `payment ${n}` } };
    return (await relay.fetch(init)).status;
  });

  const done = [...first.requests, ...second.requests];
  expect(new Set(done).size).toBe(done.length);
  // Those that the dead replica may have seen are for the client to judge; all others went well.
  expect(statuses.filter((status) => status !== 200 && status !== 502)).toEqual([]);
  expect(statuses.filter((status) => status === 502).length).toBeLessThanOrEqual(20);
});

test("a POST that could not even be sent is sent to the other replica", async () => {
  const { first, second, port } = await startPair();
  await using _second = second;
  await first.kill();
  await using relay = await startRelay({
    route: [`upstream: "http://billing:${port}"`],
    resolve: async () => ["127.0.0.1", "127.0.0.2"],
  });

  const statuses = await inParallel(50, 5, async () => {
    return (await relay.fetch({ method: "POST", body: "pay" })).status;
  });

  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(second.requests).toHaveLength(50);
});

test("replicas that come and go are found while there is traffic", async () => {
  const { first, second, port } = await startPair();
  await using _first = first;
  await using _second = second;
  let addresses = ["127.0.0.1"];
  await using relay = await startRelay({
    route: [`upstream: "http://billing:${port}"`],
    resolve: async () => addresses,
  });
  await relay.fetch();
  const names = () => relay.report().map(({ endpoint }) => endpoint);
  expect(names()).toEqual([`127.0.0.1:${port}`]);

  addresses = ["127.0.0.2"];
  relay.pass(5_000);
  await relay.fetch();
  expect(names()).toEqual([`127.0.0.2:${port}`]);

  await relay.fetch();
  expect(second.requests).toHaveLength(1);
});

test("a replica that is gone from the name server finishes the answer it is at", async () => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<() => void>();
  const { first, second, port } = await startPair((_req, res) => {
    res.write("half ");
    begin(() => res.end("and half"));
  });
  await using _first = first;
  await using _second = second;
  let addresses = ["127.0.0.1"];
  await using relay = await startRelay({
    route: [`upstream: "http://billing:${port}"`],
    resolve: async () => addresses,
  });
  const response = await relay.fetch();
  const finish = await begun;

  addresses = ["127.0.0.2"];
  relay.pass(5_000);
  const other = await relay.fetch();
  finish();

  expect(await response.text()).toBe("half and half");
  await other.body?.cancel();
});

test("a name server that fails, or a name without addresses, stops no traffic", async () => {
  await using replica = await startReplica();
  let resolve: () => Promise<string[]> = async () => ["127.0.0.1"];
  await using relay = await startRelay({
    route: [`upstream: "http://billing:${replica.port}"`],
    resolve: () => resolve(),
  });
  expect((await relay.fetch()).status).toBe(200);

  for (const broken of [async () => [], async () => Promise.reject(new Error("SERVFAIL"))]) {
    resolve = broken;
    relay.pass(5_000);
    expect((await relay.fetch()).status).toBe(200);
    expect((await relay.fetch()).status).toBe(200);
  }
});

test("a name that nobody knows is a 502, and the request behind it need not ask again", async () => {
  let asked = 0;
  await using relay = await startRelay({
    route: ['upstream: "http://nowhere:8080"'],
    resolve: async () => {
      asked += 1;
      throw new Error("ENOTFOUND");
    },
  });

  const responses = await inParallel(20, 10, () => relay.fetch());

  for (const response of responses) {
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ code: "upstream_unreachable" });
  }
  expect(asked).toBe(1);
});

test("a client that leaves while the name is being resolved has nothing sent for it", async () => {
  await using replica = await startReplica();
  const { promise: addresses, resolve: tell } = Promise.withResolvers<string[]>();
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  await using relay = await startRelay({
    route: [`upstream: "http://billing:${replica.port}"`],
    resolve: () => {
      ask();
      return addresses;
    },
  });
  const connected = once(relay.server, "connection");
  const leaving = new AbortController();
  const request = relay.fetch({ signal: leaving.signal }).catch(() => {});
  const [[socket]] = await Promise.all([connected, asked]);

  leaving.abort();
  await Promise.all([request, once(socket, "close")]);
  tell(["127.0.0.1"]);

  expect((await relay.fetch()).status).toBe(200);
  expect(replica.requests).toHaveLength(1);
  expect(relay.report()).toMatchObject([{ active: 0 }]);
});

test("a replica that answers errors while the other does not is passed over for a while", async () => {
  const { first, second, port } = await startPair(
    (_req, res) => res.writeHead(500).end(),
    (_req, res) => res.end("ok"),
  );
  await using _first = first;
  await using _second = second;
  await using relay = await startRelay({
    route: [`upstream: "http://billing:${port}"`],
    resolve: async () => ["127.0.0.1", "127.0.0.2"],
  });

  await inParallel(200, 1, () => relay.fetch());

  expect(first.requests).toHaveLength(5);
  const bad = { upstream: `http://billing:${port}`, endpoint: `127.0.0.1:${port}` };
  expect(relay.report()).toContainEqual({ ...bad, state: "ejected", active: 0 });
  expect(relay.events).toEqual([{ event: "endpoint_ejected", ...bad, ms: 30_000 }]);
  expect(relay.lines).toMatchObject([{ event: "endpoint_ejected", ...bad, ejected_ms: 30_000 }]);

  relay.pass(30_000);
  await inParallel(200, 1, () => relay.fetch());
  expect(first.requests).toHaveLength(10);
});

test("when all replicas answer errors, none is the last that is left", async () => {
  const { first, second, port } = await startPair((_req, res) => res.writeHead(500).end());
  await using _first = first;
  await using _second = second;
  await using relay = await startRelay({
    route: [`upstream: "http://billing:${port}"`],
    resolve: async () => ["127.0.0.1", "127.0.0.2"],
  });

  const responses = await inParallel(100, 5, () => relay.fetch());

  expect(responses.map(({ status }) => status)).toEqual(Array(100).fill(500));
  expect(relay.events.filter(({ event }) => event === "endpoint_ejected")).toHaveLength(1);
});

test("an upstream that cannot be called is given a rest, then one trial, then its traffic again", async () => {
  await using replica = await startReplica((req) => req.socket.destroy());
  await using relay = await startRelay({ route: [`upstream: "${replica.url}"`] });
  const post = async () => {
    const response = await relay.fetch({ method: "POST" });
    return { status: response.status, code: ((await response.json()) as { code: string }).code };
  };

  for (let n = 0; n < 5; n += 1) {
    expect(await post()).toEqual({ status: 502, code: "upstream_broken" });
  }
  const rested = await relay.fetch({ method: "POST" });

  expect(rested.status).toBe(503);
  expect(rested.headers.get("retry-after")).toBe("1");
  expect(await rested.json()).toMatchObject({ code: "upstream_resting" });
  expect(replica.requests).toHaveLength(5);

  relay.pass(1_000);
  expect(await post()).toEqual({ status: 502, code: "upstream_broken" });
  expect(await post()).toEqual({ status: 503, code: "upstream_resting" });

  replica.server.removeAllListeners("request");
  replica.server.on("request", (_req, res) => res.end("ok"));
  relay.pass(2_000);
  expect((await relay.fetch({ method: "POST" })).status).toBe(200);
  expect((await relay.fetch({ method: "POST" })).status).toBe(200);
  const named = relay.lines.map(({ event }) => event).filter((each) => each !== "request_failed");
  expect(named).toEqual(["circuit_opened", "circuit_closed"]);
});

test("a client that leaves while the upstream is on trial does not leave it closed off", async () => {
  let mode: "broken" | "silent" | "well" = "broken";
  await using replica = await startReplica((req, res) => {
    if (mode === "broken") req.socket.destroy();
    if (mode === "well") res.end("ok");
  });
  await using relay = await startRelay({ route: [`upstream: "${replica.url}"`] });
  for (let n = 0; n < 5; n += 1) await relay.fetch({ method: "POST" });
  relay.pass(1_000);
  mode = "silent";
  const leaving = new AbortController();
  const trial = relay.fetch({ signal: leaving.signal }).catch(() => {});
  const [, response] = await once(replica.server, "request");

  leaving.abort();
  await Promise.all([trial, once(response, "close")]);
  mode = "well";

  expect((await relay.fetch()).status).toBe(200);
});
