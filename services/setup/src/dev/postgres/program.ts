import type { SpawnOptions } from "node:child_process";
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
  const privileges = [
    `--reuid=${user.uid}`,
    `--regid=${user.gid}`,
    "--clear-groups",
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
  ];
  return { command: "setpriv", args: [...privileges, command, ...args], options: { env } };
}

/** Nothing of ours: PGPORT and its like would change what the server does. */
const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" };
