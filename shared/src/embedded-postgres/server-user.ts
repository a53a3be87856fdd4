import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { CannotRun } from "./cannot-run.ts";

export type User = { uid: number; gid: number };

const run = promisify(execFile);

/**
 * Whom PostgreSQL runs as, which refuses to run as root: undefined for ourselves; for root, the
 * owner of the cluster that is there, or else the user postgres, made where there is none.
 */
export async function chooseServerUser(cluster: string): Promise<User | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(cluster).catch(() => undefined);
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return (await lookUp("postgres")) ?? (await makeUser("postgres"));
}

async function makeUser(name: string): Promise<User> {
  try {
    await run("groupadd", ["--force", "--system", name]);
    await run("useradd", ["--system", "--gid", name, "--no-create-home", name]);
    const made = await lookUp(name);
    if (made !== undefined) return made;
    throw new Error("it was not made");
  } catch (cause) {
    const reason = (cause as Error).message.trim().split("\n").at(-1);
    throw new CannotRun(
      `PostgreSQL refuses to run as root, and the user ${name} cannot be made (${reason}): use an ordinary user`,
      { cause },
    );
  }
}

async function lookUp(name: string): Promise<User | undefined> {
  try {
    const [uid, gid] = await Promise.all([run("id", ["-u", name]), run("id", ["-g", name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}

/** May the user walk down to the path? A folder of root's, like /root, often lets nobody in. */
export async function canReach({ uid, gid }: User, path: string): Promise<boolean> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const { uid: owner, gid: group, mode } = await stat(folder);
    const walkable = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001;
    if ((mode & walkable) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}
