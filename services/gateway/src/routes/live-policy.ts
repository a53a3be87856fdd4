import { readFileSync } from "node:fs";
import { ConfigError, type Env } from "@tollgate/shared/config";
import type { Log } from "@tollgate/shared/log";
import { parseYaml, readYamlFile } from "@tollgate/shared/yaml-file";
import { createPolicy, type Policy } from "./policy.ts";
import { routesSchema } from "./schema.ts";

/** The policy in force, and how it is replaced: whole or not at all. */
export type LivePolicy = Disposable & {
  current(): Policy;
  /** Reads the file again. A file with faults changes nothing; they are in the log. */
  reload(): void;
};

export type LivePolicyOptions = {
  path: string;
  env: Env;
  log: Log;
  onChange?: (policy: Policy) => void;
  pollMs?: number;
};

/**
 * Reads the routes' file, or throws a ConfigError with all its faults, and looks for changes every
 * second: watching by content works on every mount, where the kernel's notices do not.
 */
export function createLivePolicy(options: LivePolicyOptions): LivePolicy {
  const { path, env, log, onChange } = options;
  const first = readYamlFile(path, routesSchema, env);
  let seen = readOrUndefined(path);
  let policy = createPolicy(first, log);

  function reload(): void {
    const text = readOrUndefined(path);
    seen = text;
    try {
      if (text === undefined) throw new ConfigError([`${path}: cannot be read`]);
      const file = parseYaml(path, text, routesSchema, env);
      policy = createPolicy(file, log, policy);
      onChange?.(policy);
      log.info(
        { event: "routes_reloaded", routes: file.routes.length },
        "the routes were read again",
      );
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const line = { event: "routes_not_reloaded", faults: error.faults };
      log.error(line, `the routes in force stay as they were: ${error.message}`);
    }
  }

  const poll = setInterval(() => {
    if (readOrUndefined(path) !== seen) reload();
  }, options.pollMs ?? 1_000).unref();

  return {
    current: () => policy,
    reload,
    [Symbol.dispose]: () => clearInterval(poll),
  };
}

function readOrUndefined(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
