import { execFile } from "node:child_process";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import { batchLines } from "../src/batch-lines.ts";
import { createLog } from "../src/log.ts";

function recording() {
  const writes: string[] = [];
  const output = new PassThrough();
  output.on("data", (data) => writes.push(String(data)));
  const log = createLog("test", "info", batchLines(output as never));
  return { writes, output, log };
}

test("lines are written together, and no later than a moment after", async () => {
  const { writes, output, log } = recording();

  log.info({ event: "one" });
  log.info({ event: "two" });
  await once(output, "data");

  expect(writes).toHaveLength(1);
  expect(writes[0]?.trimEnd().split("\n")).toHaveLength(2);
});

test("a warning is written at once, behind what came before it", () => {
  const { writes, log } = recording();

  log.info({ event: "before" });
  log.warn({ event: "trouble" });

  expect(writes.join("")).toMatch(/"before".*\n.*"trouble".*\n$/);
});

test("no piece is longer than what a pipe takes whole", () => {
  const { writes, log } = recording();

  for (let index = 0; index < 500; index++) log.info({ event: "line", index });
  log.error({ event: "end" });

  expect(Math.max(...writes.map(({ length }) => length))).toBeLessThanOrEqual(4_096);
  expect(writes.join("").trimEnd().split("\n")).toHaveLength(501);
});

test.each(["process.exit(3)", "0", "throw new Error('bug')", "log.fatal('end'); process.exit(1)"])(
  "no line is lost at the end of a process: %s",
  async (end) => {
    const module = fileURLToPath(new URL("../src/log.ts", import.meta.url));
    const script = `import { createLog } from ${JSON.stringify(module)};
      const log = createLog("test"); for (let i = 0; i < 100; i++) log.info({ i }); ${end}`;
    const args = ["--input-type=module", "--eval", script];

    const { stdout } = await promisify(execFile)(process.execPath, args).catch((error) => error);

    expect(stdout).toContain('"i":99');
    expect(stdout.trimEnd().split("\n").length).toBeGreaterThanOrEqual(100);
  },
);
