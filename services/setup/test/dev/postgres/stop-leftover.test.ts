import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { stopLeftover } from "../../../src/dev/postgres/stop-leftover.ts";

/** A cluster's folder with a pid file that names a process, which goes on until it is stopped. */
async function clusterNaming(command: (cluster: string) => string[] = () => [], inside = false) {
  const cluster = await realpath(await mkdtemp(join(tmpdir(), "tollgate-cluster-")));
  const cwd = inside ? cluster : tmpdir();
  const child = spawn(process.execPath, ["-e", "process.stdin.resume()", ...command(cluster)], {
    cwd,
  });
  await once(child, "spawn");
  const ended = once(child, "exit");
  const pidFile = join(cluster, "postmaster.pid");
  await writeFile(pidFile, `${child.pid}\n${cluster}\n`);
  return {
    cluster,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    ended,
    hasPidFile: () =>
      access(pidFile).then(
        () => true,
        () => false,
      ),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
      await rm(cluster, { recursive: true });
    },
  };
}

test("a pid file whose number is another program's by now is removed, and the program lives on", async () => {
  await using other = await clusterNaming();

  await stopLeftover(other.cluster);

  expect(other.isRunning()).toBe(true);
  expect(await other.hasPidFile()).toBe(false);
});

test("the server of another cluster lives on as well", async () => {
  await using other = await clusterNaming(() => ["/usr/lib/postgres", "-D", "/elsewhere"]);

  await stopLeftover(other.cluster);

  expect(other.isRunning()).toBe(true);
});

test("the server of this cluster is known by its command line, and stopped", async () => {
  await using server = await clusterNaming((cluster) => ["/usr/lib/postgres", "-D", cluster]);

  await stopLeftover(server.cluster);

  expect(await server.ended).toEqual([null, "SIGINT"]);
  expect(await server.hasPidFile()).toBe(false);
});

test("or by working in its folder, however it was started, where a system tells of that", async () => {
  await using server = await clusterNaming(() => [], true);

  await stopLeftover(server.cluster);

  if (process.platform === "linux") expect(await server.ended).toEqual([null, "SIGINT"]);
  else expect(server.isRunning()).toBe(true);
});

test.each(["", "garbage", "-1", "0", "99999999999"])(
  "a pid file that says %p stops nobody",
  async (text) => {
    await using other = await clusterNaming();
    await writeFile(join(other.cluster, "postmaster.pid"), text);

    await stopLeftover(other.cluster);

    expect(other.isRunning()).toBe(true);
    expect(await other.hasPidFile()).toBe(false);
  },
);

test("a cluster without a pid file has nothing left over", async () => {
  await expect(stopLeftover("/does/not/exist")).resolves.toBeUndefined();
});
