import { ConfigError, type Env, readConfig, readTogether } from "./config.ts";
import { createLog, type Log } from "./log.ts";

export type Running = {
  log: Log;
  /** Resolves when the process is asked to stop (SIGTERM, SIGINT). */
  stopped: Promise<void>;
};

/**
 * Runs a service until it is told to stop. What it opened it closes itself (`await using`); a
 * configuration that cannot work ends the process at once with status 1 and one line that says all
 * that is wrong with what `load` reads.
 */
export async function runService<Config>(
  name: string,
  env: Env,
  load: (env: Env) => Config,
  run: (config: Config, running: Running) => Promise<void>,
): Promise<void> {
  let log = createLog(name);
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  const stop = (signal: NodeJS.Signals) => {
    log.info({ event: "stop_requested", signal }, "stopping: finishing what is in flight");
    resolve();
  };
  process.once("SIGTERM", stop).once("SIGINT", stop);
  process.once("uncaughtException", (err) => die(log, err));

  try {
    const { level, config } = readTogether({
      level: () => readLevel(name, env),
      config: () => load(env),
    });
    log = createLog(name, level);
    await run(config, { log, stopped });
    log.info({ event: "stopped" }, "stopped");
  } catch (err) {
    die(log, err);
  }
}

const levels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

function readLevel(name: string, env: Env): string {
  return readConfig(env, (read) => read.oneOf(`${name.toUpperCase()}_LOG_LEVEL`, levels, "info"));
}

function die(log: Log, err: unknown): void {
  if (err instanceof ConfigError) {
    log.fatal({ event: "config_invalid", faults: err.faults }, err.message);
  } else {
    log.fatal({ event: "crashed", err }, "the service cannot go on");
  }
  process.exit(1);
}
