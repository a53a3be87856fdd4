import { once } from "node:events";
import { connect, createServer } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { rawUpstream } from "./support/raw-upstream.ts";
import { startRelay } from "./support/relay.ts";
import { startReplica } from "./support/replica.ts";

/** All phases have long times but the one that is tried. */
const timeouts = (phase: string) => `timeouts: { ${phase} }`;

const refusal = async (response: Response) => ({
  status: response.status,
  code: ((await response.json()) as { code: string }).code,
});

describe("before the answer:", () => {
  test("an upstream that takes too long to connect to is a 502", async () => {
    // It accepts the connection and never shows a certificate.
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    await using relay = await startRelay({
      route: [`upstream: "https://127.0.0.1:${port}"`, timeouts("connect: 100ms")],
    });

    expect(await refusal(await relay.fetch({ method: "POST" }))).toEqual({
      status: 502,
      code: "upstream_unreachable",
    });
    server.close();
  });

  test("an upstream that takes too long to answer is a 504, is not asked again, and hears of it", async () => {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    await using replica = await startReplica((_req, res) => void res.once("close", resolve));
    await using relay = await startRelay({
      route: [`upstream: "${replica.url}"`, timeouts("headers: 100ms")],
    });

    expect(await refusal(await relay.fetch())).toEqual({ status: 504, code: "upstream_slow" });
    await closed;
    expect(replica.requests).toHaveLength(1);
  });

  test("the whole may take no longer than the total", async () => {
    await using replica = await startReplica(() => {});
    await using relay = await startRelay({
      route: [`upstream: "${replica.url}"`, timeouts("total: 100ms")],
    });

    expect(await refusal(await relay.fetch())).toEqual({ status: 504, code: "upstream_slow" });
  });

  test("a client that stops sending its body is a 408, and the upstream gets no whole request", async () => {
    const { promise: cut, resolve } = Promise.withResolvers<boolean>();
    await using replica = await startReplica((req) => {
      req.resume().once("close", () => resolve(req.complete));
    });
    await using relay = await startRelay({
      route: [`upstream: "${replica.url}"`, timeouts("idle: 100ms")],
    });

    const answer = await relay.raw(
      "POST /open HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf",
    );

    expect(answer.status).toBe(408);
    expect(answer.head).toMatch(/connection: close/i);
    expect(JSON.parse(answer.body)).toMatchObject({ code: "request_too_slow" });
    expect(await cut).toBe(false);
  });

  test("an upstream that stops taking the body is a 504, and slows the client down until then", async () => {
    await using replica = await startReplica((req) => void req.pause());
    await using relay = await startRelay({
      route: [`upstream: "${replica.url}"`, timeouts("idle: 200ms"), "limits: { body: 1GiB }"],
    });
    const client = connect(relay.port, "127.0.0.1");
    const chunk = Buffer.alloc(65_536);
    const pour = () => {
      while (client.writable && client.write(chunk));
    };
    client.on("drain", pour).on("error", () => {});
    client.write("POST /open HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n");
    pour();

    const [answer] = await once(client, "data");
    client.destroy();

    expect(String(answer)).toMatch(/^HTTP\/1.1 504 /);
    expect(client.bytesWritten).toBeLessThan(64 * 1_048_576);
  });

  test("a slow but steady upload is not hurried by the time for the answer", async () => {
    await using replica = await startReplica(async (req, res) => {
      let length = 0;
      for await (const chunk of req) length += chunk.length;
      res.end(String(length));
    });
    await using relay = await startRelay({
      route: [`upstream: "${replica.url}"`, timeouts("headers: 150ms")],
    });
    const client = connect(relay.port, "127.0.0.1");
    client.write("POST /open HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n");
    let sent = 0;
    const drip = setInterval(() => {
      client.write("x");
      sent += 1;
      if (sent === 6) clearInterval(drip);
    }, 60);

    const [answer] = await once(client, "data");
    client.destroy();

    expect(String(answer)).toMatch(/^HTTP\/1.1 200 [\s\S]*\r\n\r\n6$/);
  });
});

describe("after the answer began there can be no other, so it is reset:", () => {
  test("an upstream that falls silent", async () => {
    await using upstream = await rawUpstream((socket) =>
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"),
    );
    await using relay = await startRelay({
      route: [`upstream: "${upstream.url}"`, timeouts("idle: 100ms")],
    });

    const response = await relay.fetch();

    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
    expect(relay.lines).toMatchObject([{ event: "request_failed", code: "upstream_slow" }]);
    await until(() => upstream.sockets.size === 0);
  });

  test("an answer without end, at the total, which says nothing against the upstream", async () => {
    await using replica = await startReplica((_req, res) => {
      const drip = setInterval(() => res.write("x"), 10);
      res.once("close", () => clearInterval(drip));
    });
    await using relay = await startRelay({
      route: [`upstream: "${replica.url}"`, timeouts("total: 150ms")],
    });

    for (let n = 0; n < 6; n += 1) {
      const response = await relay.fetch();
      expect(response.status).toBe(200);
      await expect(response.text()).rejects.toThrow();
    }
    expect(relay.events).toEqual([]);
  });

  test("a client that stops reading, for which nothing is kept but what is on its way", async () => {
    const { promise: closed, resolve } = Promise.withResolvers<number>();
    await using replica = await startReplica((req, res) => {
      res.once("close", () => resolve(req.socket.bytesWritten));
      const pour = () => {
        while (res.write(Buffer.alloc(65_536)));
      };
      res.on("drain", pour);
      pour();
    });
    await using relay = await startRelay({
      route: [`upstream: "${replica.url}"`, timeouts("idle: 200ms")],
    });
    const client = connect(relay.port, "127.0.0.1").on("error", () => {});
    client.pause();

    client.write("GET /open HTTP/1.1\r\nHost: a\r\n\r\n");

    expect(await closed).toBeLessThan(64 * 1_048_576);
    client.destroy();
  });
});

test.each(["0ms", "25h", "999999999h"])("a time of %s is refused with the file", async (time) => {
  const starting = startRelay({ route: ['upstream: "http://a"', timeouts(`total: ${time}`)] });

  await expect(starting).rejects.toThrow(/between 1ms and 24h/);
});

/** Awaits what only the other side's events bring about. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}
