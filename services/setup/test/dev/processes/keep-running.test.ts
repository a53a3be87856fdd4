import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { aborted } from "../../../src/dev/aborted.ts";
import { type Keeping, keepRunning } from "../../../src/dev/processes/keep-running.ts";
import { launchService } from "../../../src/dev/processes/launch-service.ts";
import type { LogLine } from "../../../src/dev/processes/log-line.ts";
import type { Process } from "../../../src/dev/processes/process.ts";
import { createRestartBudget } from "../../../src/dev/processes/restart-budget.ts";

const never = new AbortController().signal;

/** Keeps a program of these lines running, and hears what is told of it. */
async function keep(program: string, changes: Partial<Keeping> = {}) {
  const folder = await mkdtemp(join(tmpdir(), "tollgate-keep-"));
  const entry = join(folder, "program.js");
  await writeFile(entry, program);
  const told: string[] = [];
  const heard = Promise.withResolvers<LogLine>();
  const onLine = (line: LogLine) => {
    if (line.msg === "ready") heard.resolve(line);
  };
  const service = { name: "billing", entry, root: folder, env: {}, onLine };
  const launched: Process[] = [];
  const kept = keepRunning({
    name: "billing",
    launch: () => {
      const running = launchService(service);
      launched.push(running);
      return running;
    },
    tell: (line) => told.push(line),
    now: () => 0,
    stopMs: 60_000,
    forced: never,
    restarts: { times: 2, withinMs: 60_000 },
    ...changes,
  });
  return {
    told,
    launched,
    failed: kept.failed,
    ready: heard.promise,
    stop: () => kept[Symbol.asyncDispose](),
    async [Symbol.asyncDispose]() {
      await kept[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

const say = (line: object) => `console.log(${JSON.stringify(JSON.stringify(line))});`;
const untilStopped = "process.stdin.resume(); setInterval(() => {}, 1e6);";

test("what dies is started again, with its last words, until it does so too often", async () => {
  const crash = say({ level: "fatal", msg: "cannot go on", err: { message: "out of ink" } });
  await using kept = await keep(`${crash} process.exit(3);`);

  const reason = await aborted(kept.failed).catch((error) => error);

  expect(kept.told).toEqual(
    Array(2).fill("billing ended (status 3: cannot go on (out of ink)): starting it again"),
  );
  expect(reason.message).toBe("billing: status 3: cannot go on (out of ink)");
});

test("a fault of the configuration is not tried again", async () => {
  const fault = say({ level: "fatal", event: "config_invalid", msg: "BILLING_PORT is wrong" });
  await using kept = await keep(`${fault} process.exit(1);`);

  const reason = await aborted(kept.failed).catch((error) => error);

  expect(kept.told).toEqual([]);
  expect(reason.message).toBe("billing: BILLING_PORT is wrong");
});

test("what Node itself says of a crash counts as last words", async () => {
  await using kept = await keep(
    "process.stderr.write('Killed by a typo\\n'); process.exitCode = 1;",
  );

  await aborted(kept.failed).catch(() => {});

  expect(kept.told[0]).toBe("billing ended (status 1: Killed by a typo): starting it again");
});

test("disposed of, it is asked to leave, and is not started again", async () => {
  await using kept = await keep(`${say({ msg: "ready" })} ${untilStopped}`);
  await kept.ready;

  await kept.stop();

  expect(kept.launched).toHaveLength(1);
  expect(await kept.launched[0]?.ended).toMatchObject({ how: "SIGTERM" });
  expect(kept.told).toEqual([]);
});

const deaf = `process.on("SIGTERM", () => {}); ${say({ msg: "ready" })} ${untilStopped}`;

test("what does not leave in time is killed", async () => {
  await using kept = await keep(deaf, { stopMs: 50 });
  await kept.ready;

  await kept.stop();

  expect(await kept.launched[0]?.ended).toMatchObject({ how: "SIGKILL" });
});

test("forced, it is killed at once", async () => {
  const force = new AbortController();
  await using kept = await keep(deaf, { forced: force.signal });
  await kept.ready;
  const stopping = kept.stop();

  force.abort();
  await stopping;

  expect(await kept.launched[0]?.ended).toMatchObject({ how: "SIGKILL" });
});

test("each start waits longer than the one before, and old ones are forgotten", () => {
  const budget = createRestartBudget({ times: 3, withinMs: 1_000 });

  expect([0, 10, 20, 30].map((now) => budget.nextDelayMs(now))).toEqual([100, 200, 400, undefined]);
  expect(budget.nextDelayMs(1_015)).toBe(200);
});
