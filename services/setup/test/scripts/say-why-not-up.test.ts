import { spawnSync } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "@jest/globals";

const script = (name: string) =>
  fileURLToPath(new URL(`../../../../scripts/${name}`, import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "why-not-up-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A compose command that knows one container and the last line of its log. */
async function composeWith(container: string, line: string) {
  const command = join(folder, "compose");
  await writeFile(join(folder, "ps"), `${container}\n`);
  await writeFile(join(folder, "logs"), `${line}\n`);
  await writeFile(command, `#!/bin/sh\ncat ${folder}/$1\n`);
  await chmod(command, 0o755);
  return command;
}

async function whyNotUp(container: string, said: object | string) {
  const line = typeof said === "string" ? said : JSON.stringify({ level: "fatal", ...said });
  const compose = await composeWith(container, line);
  const { stderr } = spawnSync(script("why-not-up"), [compose], { encoding: "utf8" });
  return stderr;
}

test.each([
  [
    "its message",
    { faults: ['PORT is "x": no'], msg: 'PORT is "x": no' },
    'issuer (restarting): PORT is "x": no\n',
  ],
  [
    "an error's as well, without its stack",
    {
      err: { type: "Error", message: 'no "app"', stack: "Error: no\n    at file.ts:1" },
      msg: "not ready yet",
    },
    'issuer (restarting): not ready yet: no "app"\n',
  ],
  [
    "a line of another program as it is",
    "FATAL: no space",
    "issuer (restarting): FATAL: no space\n",
  ],
])("of a service that is not up it tells %s", async (_what, said, told) => {
  expect(await whyNotUp("issuer restarting 1 ", said)).toBe(told);
});

test.each([
  ["is ready", "issuer running 0 healthy"],
  ["has done its work", "setup exited 0 "],
  ["was never started", "gateway created 0 "],
])("of what %s there is nothing to tell", async (_what, container) => {
  expect(await whyNotUp(container, { msg: "x" })).toBe("");
});

test.each(["abc", "0", "70000", "-1", "080"])("%s is not a port to publish", async (port) => {
  const compose = await composeWith("", "");
  const args = [port, "GATEWAY_PORT", compose];
  const { status, stderr } = spawnSync(script("port-is-free"), args, { encoding: "utf8" });

  expect(status).toBe(1);
  expect(stderr).toBe(
    `GATEWAY_PORT is "${port}": it must be a whole number from 1 to 65535, like GATEWAY_PORT=9002 make up\n`,
  );
});
