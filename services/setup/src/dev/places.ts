import { join, resolve } from "node:path";
import type { DevConfig } from "./config.ts";

export type Places = ReturnType<typeof placesIn>;

/** Where `make dev` keeps what. */
export function placesIn(root: string, { dataDir }: DevConfig) {
  const folder = resolve(root, dataDir);
  const secrets = join(folder, "secrets");
  return { root, folder, secrets, passwordFile: join(secrets, "postgres/superuser_password") };
}
