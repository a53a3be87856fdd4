import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startThrowawayPostgres } from "@tollgate/shared/testing/throwaway-postgres";
import type { Load } from "../load/run-wrk.ts";
import { loadCore, runChild } from "../machine/child.ts";
import { basic, formOf, type MintClient } from "./minter.ts";

export type MintSurroundings = AsyncDisposable & {
  readonly postgresPort: number;
  readonly client: MintClient;
  readonly load: Load;
};

const root = join(import.meta.dirname, "../../..");

/** The secrets of a first start, made by setup, and a PostgreSQL that knows them. */
export async function prepareMinting(folder: string): Promise<MintSurroundings> {
  const secrets = join(folder, "secrets");
  const data = join(folder, "data");
  mkdirSync(data);
  await runChild({
    name: "setup",
    core: loadCore,
    command: [process.execPath, join(root, "services/setup/src/main.ts")],
    log: join(folder, "setup.log"),
    env: { SETUP_SECRETS_DIR: secrets, SETUP_DATABASE_DIR: data },
    timeoutMs: 30_000,
  });
  const read = (path: string) => readFileSync(join(secrets, path), "utf8").trim();
  const password = read("postgres/superuser_password");
  const postgres = await startThrowawayPostgres({ folder: data, password });
  const client = { id: "svc-demo", secret: read("clients/svc-demo") };
  const request = join(folder, "mint.txt");
  writeFileSync(request, `${basic(client)}\n${formOf()}\n`);
  return {
    postgresPort: Number(new URL(postgres.url).port),
    client,
    load: { script: "mint", connections: 16, arguments: [request] },
    [Symbol.asyncDispose]: () => postgres[Symbol.asyncDispose](),
  };
}
