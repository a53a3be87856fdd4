import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { rawUpstream } from "./support/raw-upstream.ts";
import { startRelay } from "./support/relay.ts";
import { startReplica } from "./support/replica.ts";

// Connections to the upstream are shared by all clients: one byte too many or too few on them, and
// the next client gets another's answer. http-proxy CVE-2026-29057, Traefik CVE-2026-71324.

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const smuggled = "GET /open/smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
const chunked = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;

describe("a request inside a request stays inside (CVE-2026-29057, http-proxy #1721, httpxy #153):", () => {
  test.each(["GET", "HEAD", "DELETE", "OPTIONS", "POST", "PUT", "PATCH"])(
    "a chunked %s",
    async (method) => {
      const bodies: string[] = [];
      await using replica = await startReplica(async (req, res) => {
        let body = "";
        for await (const chunk of req) body += chunk;
        bodies.push(body);
        res.end("ok");
      });
      await using relay = await startRelay({ route: [`upstream: "${replica.url}"`] });

      const head = `${method} /open/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n`;
      await relay.raw(head + chunked(smuggled));
      await relay.raw("GET /open/b HTTP/1.1\r\nHost: a\r\n\r\n");

      expect(replica.requests).toEqual(["/open/a", "/open/b"]);
      expect(bodies).toEqual([smuggled, ""]);
    },
  );

  test.each(["GET", "DELETE"])("a %s with Content-Length", async (method) => {
    await using replica = await startReplica(async (req, res) => {
      for await (const _ of req);
      res.end("ok");
    });
    await using relay = await startRelay({ route: [`upstream: "${replica.url}"`] });

    const length = `Content-Length: ${smuggled.length}\r\n\r\n`;
    await relay.raw(`${method} /open/a HTTP/1.1\r\nHost: a\r\n${length}${smuggled}`);
    await relay.raw("GET /open/b HTTP/1.1\r\nHost: a\r\n\r\n");

    expect(replica.requests).toEqual(["/open/a", "/open/b"]);
  });
});

test.each(["CONNECT", "TRACE"])(
  "%s never reaches a pooled connection (CVE-2026-71324)",
  async (method) => {
    await using replica = await startReplica();
    await using relay = await startRelay({ route: [`upstream: "${replica.url}"`] });

    await relay.raw(
      `${method} /open HTTP/1.1\r\nHost: a\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
    );
    await relay.raw("GET /open/b HTTP/1.1\r\nHost: a\r\n\r\n");

    expect(replica.requests).toEqual(["/open/b"]);
  },
);

test("an upstream that answers before it read the body gets no other request on that connection (httpxy #158)", async () => {
  await using upstream = await rawUpstream((socket) => socket.write(ok));
  await using relay = await startRelay({ route: [`upstream: "${upstream.url}"`] });
  const client = connect(relay.port, "127.0.0.1");
  client.write("POST /open/a HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nonly this");

  const [answer] = await once(client, "data");
  expect(String(answer)).toMatch(/^HTTP\/1.1 200 /);
  client.destroy();
  const next = await relay.raw("GET /open/b HTTP/1.1\r\nHost: a\r\n\r\n");

  expect(next.status).toBe(200);
  expect(upstream.connections()).toBe(2);
});

test("what an upstream says behind its answer is nobody's answer", async () => {
  const poison = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison";
  await using upstream = await rawUpstream((socket, _head, nth) =>
    socket.write(nth === 1 ? ok + poison : ok),
  );
  await using relay = await startRelay({ route: [`upstream: "${upstream.url}"`] });

  const bodies = [];
  for (let n = 0; n < 3; n += 1) bodies.push(await (await relay.fetch()).text());

  expect(bodies).toEqual(["ok", "ok", "ok"]);
});

test("a body behind an answer that has none is nobody's answer", async () => {
  const poison = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison";
  const heads = [
    `HTTP/1.1 204 No Content\r\nContent-Length: ${poison.length}\r\n\r\n`,
    `HTTP/1.1 304 Not Modified\r\nContent-Length: ${poison.length}\r\n\r\n`,
  ];
  await using upstream = await rawUpstream((socket, head, nth) => {
    if (head.startsWith("HEAD")) {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${poison.length}\r\n\r\n${poison}`);
    } else {
      socket.write(heads[nth - 1] === undefined ? ok : heads[nth - 1] + poison);
    }
  });
  await using relay = await startRelay({ route: [`upstream: "${upstream.url}"`] });

  expect((await relay.fetch()).status).toBe(204);
  expect((await relay.fetch()).status).toBe(304);
  expect((await relay.fetch({ method: "HEAD" })).status).toBe(200);
  expect(await (await relay.fetch()).text()).toBe("ok");
});

test("headers that would make undici throw are ours to drop, not reasons for a 500", async () => {
  await using replica = await startReplica();
  await using relay = await startRelay({ route: [`upstream: "${replica.url}"`] });
  const headers = [
    "Connection: keep-alive, x-listed, upgrade",
    "Keep-Alive: timeout=5",
    "Upgrade: h2c",
    "Proxy-Connection: keep-alive",
    "X-Listed: 1",
    "Expect: 100-continue",
    "Transfer-Encoding: chunked",
  ];

  const answer = await relay.raw(
    `POST /open HTTP/1.1\r\nHost: a\r\n${headers.join("\r\n")}\r\n\r\n${chunked("hello")}`,
  );

  expect(answer.text).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK/);
  expect(replica.requests).toEqual(["/open"]);
});
