import { randomBytes } from "node:crypto";
import { expect, test } from "@jest/globals";
import { Agent, fetch } from "undici";
import { startFixture } from "./support/gateway.ts";

/** Calls over connections of its own, so that one caller's connections are not another's. */
function callerOf(url: string, connections: number) {
  const agent = new Agent({ connections });
  return {
    call: async (token: string) => {
      const headers = { authorization: `Bearer ${token}` };
      const response = await fetch(`${url}/billing/x`, { headers, dispatcher: agent });
      await response.text();
      return response.status;
    },
    [Symbol.asyncDispose]: () => agent.close(),
  };
}

test("while one caller floods with forged signatures, others of its address get through, with known tokens and new ones", async () => {
  await using gateway = await startFixture();
  await using forger = callerOf(gateway.url, 64);
  await using honest = callerOf(gateway.url, 2);
  const known = await gateway.issuer.token();
  const unsigned = known.slice(0, known.lastIndexOf("."));
  const forged = () => `${unsigned}.${randomBytes(64).toString("base64url")}`;
  const seen = { forged: new Set<number>(), known: new Set<number>(), fresh: new Set<number>() };
  let isOver = false;
  const flood = Array.from({ length: 64 }, async () => {
    while (!isOver) seen.forged.add(await forger.call(forged()));
  });

  for (let round = 0; round < 30; round++) {
    seen.known.add(await honest.call(known));
    seen.fresh.add(await honest.call(await gateway.issuer.token()));
  }
  isOver = true;
  await Promise.all(flood);

  expect([...seen.known]).toEqual([200]);
  expect([...seen.fresh]).toEqual([200]);
  expect([...seen.forged]).toEqual([401]);
  expect(gateway.upstream.requests).toHaveLength(60);
});
