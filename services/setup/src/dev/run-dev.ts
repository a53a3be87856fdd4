import { mkdir } from "node:fs/promises";
import type { Env } from "@tollgate/shared/config";
import { keepSecrets } from "../secrets/keep-secrets.ts";
import { aborted } from "./aborted.ts";
import { claimFolder } from "./claim-folder.ts";
import type { DevConfig } from "./config.ts";
import { migrateDatabases } from "./migrate-databases.ts";
import { type Places, placesIn } from "./places.ts";
import { choosePorts, requireFreePort } from "./ports.ts";
import { hasCluster, keepPostgres, waitForPostgres } from "./postgres/keep-postgres.ts";
import { createPrinter } from "./print-lines.ts";
import { describeHolder, wasKilled, writeRunningFile } from "./running-file.ts";
import { serviceEnvironments } from "./service-environments.ts";
import { startServices } from "./start-services.ts";

export type Surroundings = {
  /** The project's root. */
  root: string;
  env: Env;
  tell: (line: string) => void;
  now: () => number;
  /** Aborted when the stack is asked to stop, and when it has to stop at once. */
  stopped: AbortSignal;
  forced: AbortSignal;
};

/**
 * Runs the stack until it is told to stop, which rejects with the reason of `stopped`, or cannot go
 * on. What is opened from top to bottom is closed in the opposite order.
 */
export async function runDev(config: DevConfig, surroundings: Surroundings): Promise<never> {
  const { root, env, tell } = surroundings;
  const places = placesIn(root, config);
  await using opened = new AsyncDisposableStack();
  opened.use(await claim(places));
  // A gateway whose parent was killed a moment ago is about to leave.
  const patienceMs = wasKilled(places.folder) ? 5_000 : 0;
  await requireFreePort({ port: config.gatewayPort, variable: "GATEWAY_PORT", patienceMs });
  await makeSecrets(places, surroundings);

  const ports = await choosePorts();
  const keeping = { ...surroundings, stopMs: config.drainMs + 5_000 };
  const postgres = opened.use(await keepPostgres({ ...places, ...keeping }));
  opened.use(await writeRunningFile(places.folder, { ...config, ports, postgres }));
  const stopped = AbortSignal.any([surroundings.stopped, postgres.failed]);
  await Promise.race([waitForPostgres(postgres.port, places.passwordFile), aborted(stopped)]);

  const printer = createPrinter(tell);
  const environments = serviceEnvironments(env, { ...config, ...places, ports, postgres });
  const launching = { ...keeping, environments, ports, stopped, onLine: printer.print };
  await migrateDatabases(launching);
  const services = opened.use(await startServices(launching));

  tell(
    `Tollgate is up at ${config.publicUrl}: try make demo in another terminal. Ctrl-C stops it.`,
  );
  printer.open();
  opened.defer(printer.close);
  return await aborted(AbortSignal.any([stopped, services.failed]));
}

async function claim({ folder }: Places): Promise<Disposable> {
  await mkdir(folder, { recursive: true });
  return claimFolder(folder, () => describeHolder(folder));
}

async function makeSecrets({ folder, secrets }: Places, { tell }: Surroundings): Promise<void> {
  const hasDatabase = await hasCluster(folder);
  tell(hasDatabase ? "Starting…" : `Making secrets and a database in ${folder}…`);
  await keepSecrets({ folder: secrets, hasDatabase, tutorialSecretKey: "" });
}
