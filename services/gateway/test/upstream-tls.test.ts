import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterEach, expect, test } from "@jest/globals";
import { certificate, key } from "./support/certificate.ts";
import { startRelay } from "./support/relay.ts";

// reply-from verifies no upstream's certificate unless asked to: whoever is on the path reads along.

const trusted = getCACertificates("default");

afterEach(() => setDefaultCACertificates(trusted));

async function startTlsUpstream() {
  const requests: string[] = [];
  const names: unknown[] = [];
  const server = createServer({ key, cert: certificate }, (req, res) => {
    requests.push(`${req.headers.host} ${req.url}`);
    res.end("ok");
  });
  server.on("secureConnection", ({ servername }) => names.push(servername));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    requests,
    names,
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const post = { method: "POST", body: "secret" };
const trailing = [
  "POST /open HTTP/1.1\r\nHost: a\r\nConnection: close",
  "Trailer: X-A\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nsecret\r\n0\r\nX-A: 1\r\n\r\n",
].join("\r\n");

test("an upstream whose certificate nobody vouches for gets nothing of the request", async () => {
  await using upstream = await startTlsUpstream();
  await using relay = await startRelay({
    route: [`upstream: "https://billing:${upstream.port}"`],
    resolve: async () => ["127.0.0.1"],
  });

  const response = await relay.fetch(post);
  const withTrailers = await relay.raw(trailing);

  expect(response.status).toBe(502);
  expect(await response.json()).toMatchObject({ code: "upstream_unreachable" });
  expect(withTrailers.status).toBe(502);
  expect(upstream.requests).toEqual([]);
});

test("one with another's certificate does not either", async () => {
  setDefaultCACertificates([...trusted, certificate]);
  await using upstream = await startTlsUpstream();
  await using relay = await startRelay({
    route: [`upstream: "https://issuer:${upstream.port}"`],
    resolve: async () => ["127.0.0.1"],
  });

  expect((await relay.fetch(post)).status).toBe(502);
  expect((await relay.raw(trailing)).status).toBe(502);
  expect(upstream.requests).toEqual([]);
});

test("one with its own, trusted certificate is called by its name at its address", async () => {
  setDefaultCACertificates([...trusted, certificate]);
  await using upstream = await startTlsUpstream();
  await using relay = await startRelay({
    route: [`upstream: "https://billing:${upstream.port}"`],
    resolve: async () => ["127.0.0.1"],
  });

  expect((await relay.fetch(post)).status).toBe(200);
  expect((await relay.raw(trailing)).status).toBe(200);
  expect(upstream.names).toEqual(["billing", "billing"]);
  expect(upstream.requests).toEqual([
    `billing:${upstream.port} /open`,
    `billing:${upstream.port} /open`,
  ]);
});
