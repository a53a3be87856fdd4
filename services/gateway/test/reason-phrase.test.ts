import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "@jest/globals";
import { startFixture } from "./support/gateway.ts";

test.each([
  ["a control character", "a\x01b"],
  ["octets beyond ASCII", "\xc3\xa9"],
])("a reason phrase with %s is replaced, and the client has its answer", async (_what, phrase) => {
  const server = createServer((socket) =>
    socket.once("data", () =>
      socket.end(`HTTP/1.1 200 ${phrase}\r\nContent-Length: 2\r\n\r\nok`, "latin1"),
    ),
  ).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  await using gateway = await startFixture({
    routes: () => `
routes:
  - { path: /open, upstream: "http://127.0.0.1:${port}", access: public }
`,
  });

  const answer = await gateway.raw("GET /open HTTP/1.1\r\nHost: a\r\n\r\n");

  expect(answer.head).toMatch(/^HTTP\/1.1 200 OK\r\n/);
  expect(answer.body).toBe("ok");
  server.close();
});
