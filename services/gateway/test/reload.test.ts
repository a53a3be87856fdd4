import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import { recordingLog } from "@tollgate/shared/testing/lines";
import { startFrom, temporaryFile } from "./support/gateway.ts";
import { recordingUpstream } from "./support/upstream.ts";

const publicRoute = (path: string, upstream: string) =>
  `routes: [{ path: ${path}, upstream: "${upstream}", access: public }]\n`;

async function setUp() {
  await using parts = new AsyncDisposableStack();
  const upstream = parts.use(await recordingUpstream());
  const file = await temporaryFile(parts, publicRoute("/old", upstream.url));
  const { log, lines } = recordingLog("gateway");
  const gateway = parts.use(await startFrom(file, log));
  const open = parts.move();
  const status = async (path: string) =>
    (await fetch(`http://127.0.0.1:${gateway.port}${path}`)).status;
  return {
    file,
    upstream,
    gateway,
    lines,
    status,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

test("a changed file is in force with the next request, on demand as with SIGHUP", async () => {
  await using stack = await setUp();
  const before = [await stack.status("/old"), await stack.status("/new")];
  await writeFile(stack.file, publicRoute("/new", stack.upstream.url));

  stack.gateway.reload();

  expect(before).toEqual([200, 404]);
  expect([await stack.status("/old"), await stack.status("/new")]).toEqual([404, 200]);
});

test("a changed file is noticed by itself", async () => {
  await using stack = await setUp();
  await writeFile(stack.file, publicRoute("/new", stack.upstream.url));

  while ((await stack.status("/new")) !== 200) await new Promise((wake) => setTimeout(wake, 50));

  expect(stack.lines).toContainEqual(expect.objectContaining({ event: "routes_reloaded" }));
});

test("a file with faults changes nothing, and the log says where they are", async () => {
  await using stack = await setUp();
  await writeFile(stack.file, "routes:\n  - { path: /new }\n");

  stack.gateway.reload();

  expect(await stack.status("/old")).toBe(200);
  const line = stack.lines.find((each) => each.event === "routes_not_reloaded");
  expect(line?.faults).toContainEqual(expect.stringMatching(/gateway\.yaml:2:5: routes\.0/));
});

test("no request is dropped while the routes are read again and again", async () => {
  await using stack = await setUp();
  const statuses: Promise<number>[] = [];

  for (let round = 0; round < 100; round++) {
    statuses.push(stack.status("/old"));
    stack.gateway.reload();
  }

  expect(new Set(await Promise.all(statuses))).toEqual(new Set([200]));
});

test("tollgate-gateway check says what is wrong with a file, and where", async () => {
  await using parts = new AsyncDisposableStack();
  const good = await temporaryFile(parts, publicRoute("/a", "http://localhost:1"));
  const bad = await temporaryFile(parts, "routes: [{ path: a, upstream: x, access: public }]\n");
  const tool = fileURLToPath(new URL("../src/bin/tollgate-gateway.ts", import.meta.url));
  const check = (path: string) => promisify(execFile)(process.execPath, [tool, "check", path]);

  expect((await check(good)).stdout).toContain("good, 1 routes");
  const refusal = await check(bad).catch((error) => error);
  expect(refusal.code).toBe(1);
  expect(refusal.stderr).toMatch(/gateway\.yaml:1:18: routes\.0\.path: must be a plain path/);
});
