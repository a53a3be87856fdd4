import { once } from "node:events";
import { createServer, get, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "@jest/globals";
import { endTogether } from "../../src/http/end-together.ts";

async function serveEnding(end: (res: ServerResponse) => void) {
  const server = createServer((_req, res) => end(res)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test("answers that end in one turn are ended in the order in which they came to their end", async () => {
  const ended: string[] = [];
  const waiting: ServerResponse[] = [];
  await using server = await serveEnding((res) => {
    res.once("finish", () => ended.push(String(res.req.url)));
    if (waiting.push(res) === 2) {
      for (const each of waiting) endTogether(each, `this is ${each.req.url}`, 1_000);
      expect(waiting.map(({ writableEnded }) => writableEnded)).toEqual([false, false]);
    }
  });

  const answers = ["/a", "/b"].map(async (path) => (await fetch(server.url + path)).text());

  expect(await Promise.all(answers)).toEqual(["this is /a", "this is /b"]);
  expect(ended).toEqual(waiting.map(({ req }) => req.url));
});

test("a client that leaves before the turn is over costs its neighbour nothing", async () => {
  let leaving: ServerResponse | undefined;
  await using server = await serveEnding((res) => {
    if (res.req.url === "/leaves") {
      leaving = res;
      return;
    }
    if (leaving !== undefined) endTogether(leaving, "late", 1_000);
    leaving?.destroy();
    endTogether(res, "here", 1_000);
  });
  const leaver = get(`${server.url}/leaves`);
  leaver.on("error", () => {});
  while (leaving === undefined) await new Promise((resolve) => setImmediate(resolve));

  expect(await (await fetch(`${server.url}/stays`)).text()).toBe("here");
  expect(leaving?.writableEnded).toBe(false);
});
