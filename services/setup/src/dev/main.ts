import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadDevConfig } from "./config.ts";
import { explainError } from "./explain-error.ts";
import { listenForStop } from "./listen-for-stop.ts";
import { runDev } from "./run-dev.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const settings = join(root, ".env");
const tell = (line: string) => void process.stdout.write(`${line}\n`);
for (const output of [process.stdout, process.stderr]) output.on("error", () => {}); // nobody reads on

/** `make dev`. Resolves with the status to end with. */
async function main(): Promise<number> {
  const { stopped, forced } = listenForStop({ tell, now: Date.now });
  try {
    if (existsSync(settings)) process.loadEnvFile(settings); // as docker compose does
    const config = loadDevConfig(process.env);
    return await runDev(config, { root, env: process.env, tell, now: Date.now, stopped, forced });
  } catch (error) {
    if (forced.aborted) return 130;
    if (error === stopped.reason) {
      tell("Stopped.");
      return 0;
    }
    process.stderr.write(`${explainError(error) ?? (error as Error).stack}\n`);
    return 1;
  }
}

process.exit(await main()); // also when something abandoned still waits, like a connection attempt
