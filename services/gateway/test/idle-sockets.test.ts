import { expect, test } from "@jest/globals";
import { rawUpstream } from "./support/raw-upstream.ts";
import { startRelay } from "./support/relay.ts";
import { startReplica } from "./support/replica.ts";

// caddy #6452, nodejs/node #47130, undici #5450: a pooled connection is closed by the upstream at
// the moment that a request is written to it. A POST lost that way cannot be sent again, for nobody
// knows whether it was done: so the pool must not keep connections for as long as the upstream does.

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n";

test("connections are used again while the upstream keeps them", async () => {
  await using replica = await startReplica();
  await using relay = await startRelay({ route: [`upstream: "${replica.url}"`] });

  for (let n = 0; n < 20; n += 1) await (await relay.fetch({ method: "POST" })).text();

  expect(replica.requests).toHaveLength(20);
  expect(replica.connections()).toBe(1);
});

test("an upstream that says it keeps connections for two seconds gets a new one each time", async () => {
  await using upstream = await rawUpstream((socket) =>
    socket.write(`${ok}Keep-Alive: timeout=2\r\n\r\nok`),
  );
  await using relay = await startRelay({ route: [`upstream: "${upstream.url}"`] });

  for (let n = 0; n < 3; n += 1) await (await relay.fetch({ method: "POST" })).text();

  expect(upstream.connections()).toBe(3);
});

test("an idle connection is given up well before the upstream said it would close it (caddy #6452, nodejs/node #27363)", async () => {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  await using upstream = await rawUpstream((socket) => {
    socket.write(`${ok}Keep-Alive: timeout=3\r\n\r\nok`);
    socket.once("end", resolve);
  });
  await using relay = await startRelay({ route: [`upstream: "${upstream.url}"`] });
  await (await relay.fetch({ method: "POST" })).text();
  const answeredAt = performance.now();

  await closed;

  expect(performance.now() - answeredAt).toBeLessThan(2_500);
  expect((await relay.fetch({ method: "POST" })).status).toBe(200);
});

test("where the upstream says nothing, it is given up before a Node upstream would close it", async () => {
  const { promise: first, resolve } = Promise.withResolvers<string>();
  await using upstream = await rawUpstream((socket) => {
    socket.write(`${ok}\r\nok`);
    // Both in one event loop: whatever else the machine does, the earlier of the two comes first.
    setTimeout(resolve, 5_000, "upstream").unref();
    socket.once("end", () => resolve("gateway"));
  });
  await using relay = await startRelay({ route: [`upstream: "${upstream.url}"`] });
  await (await relay.fetch({ method: "POST" })).text();

  expect(await first).toBe("gateway");
});

test("a GET on a connection that the upstream had just closed is sent again; a POST is not (nodejs/node #47130, undici #5450)", async () => {
  // The first request of each connection is answered, at the second it is closed, unread.
  const seen = new WeakSet<object>();
  await using upstream = await rawUpstream((socket) => {
    if (seen.has(socket)) return void socket.resetAndDestroy();
    seen.add(socket);
    socket.write(`${ok}\r\nok`);
  });
  await using relay = await startRelay({ route: [`upstream: "${upstream.url}"`] });
  const send = async (method: string) => {
    const response = await relay.fetch({ method });
    await response.text();
    return response.status;
  };

  expect([await send("GET"), await send("GET")]).toEqual([200, 200]);
  expect(upstream.connections()).toBe(2);

  expect([await send("POST"), await send("POST")]).toEqual([200, 502]);
  expect(upstream.received.filter((head) => head.startsWith("POST"))).toHaveLength(2);
});
