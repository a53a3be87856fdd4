import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rename, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, jest, test } from "@jest/globals";
import { recordingLog } from "@tollgate/shared/testing/lines";
import { watchFile } from "../src/routes/watch-file.ts";
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

test("a file with faults changes nothing, and the log says where they are", async () => {
  await using stack = await setUp();
  await writeFile(stack.file, "routes:\n  - { path: /new }\n");

  stack.gateway.reload();

  expect(await stack.status("/old")).toBe(200);
  const line = stack.lines.find((each) => each.event === "routes_not_reloaded");
  expect(line?.faults).toContainEqual(expect.stringMatching(/gateway\.yaml:2:5: routes\.0/));
});

/** Ways in which editors, deployments and Kubernetes replace a file. */
const replacements: [string, (file: string, text: string) => Promise<void>][] = [
  ["written in place", (file, text) => writeFile(file, text)],
  [
    "renamed over the old one",
    async (file, text) => {
      await writeFile(`${file}.new`, text);
      await rename(`${file}.new`, file);
    },
  ],
  [
    "behind a symbolic link that is swapped, as Kubernetes does",
    async (file, text) => {
      const folder = await mkdtemp(join(dirname(file), "..data-"));
      await writeFile(join(folder, "gateway.yaml"), text);
      await symlink(join(folder, "gateway.yaml"), `${file}.link`);
      await rename(`${file}.link`, file);
    },
  ],
];

test.each(replacements)("a file is noticed when it is %s", async (_name, replace) => {
  await using stack = await setUp();

  await replace(stack.file, publicRoute("/new", stack.upstream.url));
  while ((await stack.status("/new")) !== 200) await pause(20);
  await replace(stack.file, publicRoute("/newer", stack.upstream.url));
  while ((await stack.status("/newer")) !== 200) await pause(20);

  expect(await stack.status("/old")).toBe(404);
});

test("no request is dropped while the file changes twenty times under load", async () => {
  await using stack = await setUp();
  let isOver = false;
  const client = async () => {
    const statuses = new Set<number>();
    while (!isOver) statuses.add(await stack.status("/old"));
    return statuses;
  };
  const clients = Array.from({ length: 8 }, client);

  for (let round = 0; round < 20; round++) {
    const [, replace] = replacements[round % replacements.length] ?? [];
    const bad = round % 4 === 3 ? "  nonsense: true\n" : "";
    const more = publicRoute(`/extra-${round}`, stack.upstream.url).replace("routes: [", ", ");
    const text = publicRoute("/old", stack.upstream.url).replace(" }]\n", ` }${more}${bad}`);
    await replace?.(stack.file, text);
    if (round % 5 === 4) await pause(1_200);
    else stack.gateway.reload();
  }
  isOver = true;

  expect(await Promise.all(clients)).toEqual(Array(8).fill(new Set([200])));
  expect(await stack.status("/extra-18")).toBe(200);
  expect(stack.lines.filter(({ event }) => event === "routes_not_reloaded").length).toBeGreaterThan(
    0,
  );
});

test("what is half written is not taken for the whole, though it would be valid", () => {
  const folder = mkdtempSync(join(tmpdir(), "watch-file-"));
  const path = join(folder, "file");
  const seen: (string | undefined)[] = [];
  jest.useFakeTimers();
  writeFileSync(path, "first");
  using file = watchFile({ path, text: "first", onChange: (text) => seen.push(text), pollMs: 10 });

  for (const text of ["", "half", "half and", "half and half"]) {
    writeFileSync(path, text);
    jest.advanceTimersByTime(10);
  }
  const before = [...seen];
  jest.advanceTimersByTime(30);
  writeFileSync(path, "first");
  jest.advanceTimersByTime(10);
  writeFileSync(path, "half and half");
  jest.advanceTimersByTime(30);
  file.readNow();
  jest.useRealTimers();
  rmSync(folder, { recursive: true });

  expect(before).toEqual([]);
  expect(seen).toEqual(["half and half", "half and half"]);
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
