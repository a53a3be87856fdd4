import { ConfigError, type Env } from "@tollgate/shared/config";
import type { Log } from "@tollgate/shared/log";
import { readRoutes } from "./check-routes.ts";
import { createPolicy, type Policy } from "./policy.ts";

/** The policy in force, and how it is replaced: whole or not at all. */
export type LivePolicy = {
  current(): Policy;
  /** Puts another text in force. One with faults changes nothing; they are in the log. */
  replace(text: string | undefined): boolean;
};

export type LivePolicyOptions = {
  /** The routes' file as text; undefined is one that cannot be read. */
  text: string | undefined;
  /** What it is called in faults. */
  path: string;
  env: Env;
  log: Log;
  onChange?: (policy: Policy) => void;
};

/** Reads the routes, or throws a ConfigError with all their faults. */
export function createLivePolicy(options: LivePolicyOptions): LivePolicy {
  const { path, env, log, onChange } = options;
  let policy = createPolicy(readRoutes(path, options.text, env), log);

  return {
    current: () => policy,
    replace(text) {
      try {
        const file = readRoutes(path, text, env);
        policy = createPolicy(file, log, policy);
        onChange?.(policy);
        const line = { event: "routes_reloaded", routes: file.routes.length };
        log.info(line, "the routes were read again");
        return true;
      } catch (error) {
        // Also what nobody foresaw: it came out of a timer, and would end a gateway that serves.
        const { message } = error as Error;
        const faults = error instanceof ConfigError ? error.faults : [message];
        const line = { event: "routes_not_reloaded", faults };
        log.error(line, `the routes in force stay as they were: ${message}`);
        return false;
      }
    },
  };
}
