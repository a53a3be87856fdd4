import type { ServerResponse } from "node:http";
import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { startFixture } from "./support/gateway.ts";
import { recordingUpstream } from "./support/upstream.ts";

test("more requests than the process carries are refused before any work is spent on them", async () => {
  const held: ServerResponse[] = [];
  const { promise: full, resolve } = Promise.withResolvers<void>();
  await using upstream = await recordingUpstream((_req, res) => {
    if (held.push(res) === 3) resolve();
  });
  await using gateway = await startFixture({
    upstream,
    routes: (_issuer, url) =>
      `overload: { requests: 3 }\nroutes: [{ path: /open, upstream: "${url}", access: public }]\n`,
  });
  const underway = [1, 2, 3].map(() => gateway.send("/open", {}));
  await full;

  const refused = await gateway.send("/open", {});
  const admin = await fetch(`http://127.0.0.1:${gateway.adminPort}/readyz`);
  held.forEach((each) => void each.end("done"));

  expect(refused.status).toBe(503);
  expect(refused.headers.get("retry-after")).toBe("1");
  expect(await refused.json()).toMatchObject({ code: "overloaded" });
  expect(admin.status).toBe(200);
  expect((await Promise.all(underway)).map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(upstream.requests).toHaveLength(3);
  const line = gateway.lines.find((each) => each.reason === "overloaded");
  expect(line).toMatchObject({ status: 503 });
  expect(gateway.lines.filter(({ level }) => level === "error")).toEqual([]);
});

/** Keeps this process's event loop from everyone for so long. */
function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

test("while the event loop keeps everyone waiting a share is refused, and soon none once it is free", async () => {
  await using gateway = await startFixture({
    routes: (_issuer, url) =>
      `overload: { delay: 50ms }\nroutes: [{ path: /open, upstream: "${url}", access: public }]\n`,
  });
  const share = async () => {
    const metrics = await (await fetch(`http://127.0.0.1:${gateway.adminPort}/metrics`)).text();
    return Number(/gateway_shed_share\{[^}]*\} (\S+)/.exec(metrics)?.[1]);
  };

  for (let turn = 0; turn < 25; turn++) {
    block(100);
    await turnOfTheLoop();
  }
  const statuses = await Promise.all(
    Array.from({ length: 20 }, async () => (await gateway.send("/open", {})).status),
  );
  while ((await share()) > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  const after = await gateway.send("/open", {});

  expect(new Set(statuses)).toEqual(new Set([200, 503]));
  expect(after.status).toBe(200);
});
