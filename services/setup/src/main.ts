import { access } from "node:fs/promises";
import { join } from "node:path";
import { runService } from "@tollgate/shared/run-service";
import { loadConfig } from "./config.ts";
import { keepSecrets } from "./secrets/keep-secrets.ts";

await runService("setup", process.env, loadConfig, async (config, { log }) => {
  const { folder, databaseDir, tutorialSecretKey } = config;
  const hasDatabase = await exists(join(databaseDir, "PG_VERSION"));
  const made = await keepSecrets({ folder, hasDatabase, tutorialSecretKey });
  if (made.length > 0) log.info({ event: "secrets_made", made }, `made ${made.length} secrets`);
  else log.info({ event: "secrets_kept" }, "all secrets are there; nothing was changed");
});

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
