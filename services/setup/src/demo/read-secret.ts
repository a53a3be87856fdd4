import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DemoError } from "./demo-error.ts";

/** A demo client's secret, as setup made it. */
export async function readSecret(clientsDir: string, client: string): Promise<string> {
  const hint = `There is no client ${client} here: try svc-demo, svc-reader or svc-rival`;
  return await readName(clientsDir, client, hint);
}

/** A demo person's password, likewise. */
export async function readPassword(peopleDir: string, person: string): Promise<string> {
  return await readName(peopleDir, person, `There is no person ${person} here: try ada`);
}

async function readName(folder: string, name: string, hint: string): Promise<string> {
  try {
    return (await readFile(join(folder, name), "utf8")).trim();
  } catch {
    throw new DemoError(hint);
  }
}
