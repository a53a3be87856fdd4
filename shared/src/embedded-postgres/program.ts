import type { SpawnOptions } from "node:child_process";
import { readFile } from "node:fs/promises";
import { CannotRun } from "./cannot-run.ts";
import { canReach, type User } from "./server-user.ts";

export type Program = { command: string; args: string[]; options: SpawnOptions };

/**
 * One of PostgreSQL's programs, to be spawned as the user. Where a folder above is closed to that
 * user, as /root is, it keeps root's right to pass; it could not find its own files otherwise.
 */
export async function programAs(
  user: User | undefined,
  command: string,
  args: string[],
  paths: string[],
): Promise<Program> {
  if (user === undefined) return { command, args, options: { env } };
  const reach = await Promise.all([command, ...paths].map((path) => canReach(user, path)));
  if (reach.every(Boolean)) return { command, args, options: { env, ...user } };
  return {
    command: "setpriv",
    args: [...(await privilegesOf(user, command)), command, ...args],
    options: { env },
  };
}

async function privilegesOf({ uid, gid }: User, command: string): Promise<string[]> {
  const passing = await passingCapability();
  if (passing === undefined) {
    throw new CannotRun(
      `PostgreSQL refuses to run as root, and no other user may reach ${command}: use an ordinary user, or a folder that is open to all`,
    );
  }
  return [
    `--reuid=${uid}`,
    `--regid=${gid}`,
    "--clear-groups",
    "--securebits=+no_setuid_fixup", // access(2) would judge without the capability
    `--inh-caps=-all,+${passing}`,
    `--ambient-caps=-all,+${passing}`,
  ];
}

/** The least that lets a process walk through closed folders; containers have only the second. */
async function passingCapability(): Promise<string | undefined> {
  const status = await readFile("/proc/self/status", "utf8").catch(() => "");
  const held = BigInt(`0x${/^CapEff:\s*(\S+)/m.exec(status)?.[1] ?? "0"}`);
  if (held & 4n) return "dac_read_search";
  return held & 2n ? "dac_override" : undefined;
}

/** Nothing of ours: PGPORT and its like would change what the server does. */
const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" };
