import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "@jest/globals";
import { rawUpstream } from "./support/raw-upstream.ts";
import { startRelay } from "./support/relay.ts";
import { startReplica } from "./support/replica.ts";

type Got = { head: IncomingMessage["headers"]; body: string; trailers: unknown };

/** A replica that answers trailers, and what it got. */
async function trailingReplica() {
  const got: Got[] = [];
  const replica = await startReplica(async (req, res) => {
    const body = await text(req);
    got.push({ head: req.headers, body, trailers: req.trailers });
    res.writeHead(200, { trailer: "X-Checksum, Content-Length, Connection" });
    res.write("some of it, ");
    res.addTrailers({ "X-Checksum": "abc", "Set-Cookie": "a=1", "X-User-Id": "root" });
    res.end("all of it");
  });
  return { got, ...replica };
}

describe("an answer's trailers", () => {
  test("reach the client, announced, and none that belongs in the head", async () => {
    await using replica = await trailingReplica();
    await using relay = await startRelay({ route: [`upstream: "${replica.url}"`] });

    const { promise, resolve } = Promise.withResolvers<IncomingMessage>();
    request(`${relay.url}/open`, { headers: { te: "trailers" } }, resolve).end();
    const response = await promise;

    expect(await text(response)).toBe("some of it, all of it");
    expect(response.headers.trailer).toBe("X-Checksum");
    expect(response.trailers).toEqual({ "x-checksum": "abc" });
    expect(replica.got[0]?.head.te).toBe("trailers");
  });

  test("do not reach a client of HTTP/1.0, which knows no chunks to end", async () => {
    await using replica = await trailingReplica();
    await using relay = await startRelay({ route: [`upstream: "${replica.url}"`] });

    const answer = await relay.raw("GET /open HTTP/1.0\r\nHost: a\r\nTE: trailers\r\n\r\n");

    expect(answer.body).toBe("some of it, all of it");
    expect(answer.head).not.toMatch(/trailer/i);
    expect(replica.got[0]?.head.te).toBeUndefined();
  });

  test("cannot end the answer early or add another", async () => {
    await using upstream = await rawUpstream((socket) => {
      const evil = "X-A: 1\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison";
      socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n${evil}`);
    });
    await using relay = await startRelay({ route: [`upstream: "${upstream.url}"`] });

    expect(await (await relay.fetch()).text()).toBe("ok");
    expect(await (await relay.fetch()).text()).toBe("ok");
  });
});

describe("a request's trailers", () => {
  const send = (headers: string, body: string, trailers: string) =>
    `POST /open HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n${headers}\r\n` +
    `${body.length.toString(16)}\r\n${body}\r\n0\r\n${trailers}\r\n`;

  test("reach the upstream where they were announced, without those that would be headers", async () => {
    await using replica = await trailingReplica();
    await using relay = await startRelay({ route: [`upstream: "${replica.url}"`] });

    const answer = await relay.raw(
      send(
        "Trailer: X-Checksum, Authorization, X-User-Id, Transfer-Encoding\r\n",
        "hello",
        "X-Checksum: abc\r\nAuthorization: Bearer x\r\nX-User-Id: root\r\nX_User_Id: root\r\n",
      ),
    );

    expect(answer.head).toMatch(/^HTTP\/1.1 200 /);
    expect(answer.text).toMatch(/all of it/);
    expect(replica.got).toMatchObject([{ body: "hello", trailers: { "x-checksum": "abc" } }]);
    expect(replica.got[0]?.trailers).toEqual({ "x-checksum": "abc" });
    expect(replica.got[0]?.head.trailer).toBe("X-Checksum");
  });

  test("that nobody announced are dropped, and the request goes the usual way", async () => {
    await using replica = await trailingReplica();
    await using relay = await startRelay({ route: [`upstream: "${replica.url}"`] });

    const answer = await relay.raw(send("", "hello", "X-Checksum: abc\r\n"));

    expect(answer.head).toMatch(/^HTTP\/1.1 200 /);
    expect(replica.got).toMatchObject([{ body: "hello", trailers: {} }]);
  });

  test("do not loosen the limit of the body", async () => {
    await using replica = await trailingReplica();
    await using relay = await startRelay({
      route: [`upstream: "${replica.url}"`, "limits: { body: 1KiB }"],
    });

    const answer = await relay.raw(send("Trailer: X-A\r\n", "x".repeat(1_025), "X-A: 1\r\n"));

    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.body)).toMatchObject({ code: "body_too_large" });
  });

  test("to an upstream that is down are a 502 like any other request", async () => {
    const replica = await startReplica();
    await replica.kill();
    await using relay = await startRelay({ route: [`upstream: "${replica.url}"`] });

    const answer = await relay.raw(send("Trailer: X-A\r\n", "hello", "X-A: 1\r\n"));

    expect(answer.status).toBe(502);
    expect(JSON.parse(answer.body)).toMatchObject({ code: "upstream_unreachable" });
  });

  test("end with their client: the upstream never gets a body that looks whole", async () => {
    const { promise: cut, resolve } = Promise.withResolvers<boolean>();
    await using replica = await startReplica((req) =>
      req.resume().once("close", () => resolve(req.complete)),
    );
    await using relay = await startRelay({ route: [`upstream: "${replica.url}"`] });
    const call = request(`${relay.url}/open`, { method: "POST", headers: { trailer: "X-A" } });
    call.on("error", () => {});
    replica.server.once("request", () => call.destroy());
    call.write("half");

    expect(await cut).toBe(false);
  });

  test("to an upstream that answers nonsense are a 502", async () => {
    await using upstream = await rawUpstream((socket) =>
      socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    );
    await using relay = await startRelay({ route: [`upstream: "${upstream.url}"`] });

    const answer = await relay.raw(send("Trailer: X-A\r\n", "hello", "X-A: 1\r\n"));

    expect(answer.status).toBe(502);
    expect(JSON.parse(answer.body)).toMatchObject({ code: "upstream_broken" });
  });
});
