import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BenchError } from "../machine/bench-error.ts";
import { loadCore, runChild } from "../machine/child.ts";

/** What wrk is told to send, by one of the scripts in `lua/`. */
export type Load = {
  script: "one-token" | "rotate" | "forge" | "post" | "mint" | "calls";
  connections: number;
  /** What the script's `init` gets. */
  arguments: readonly string[];
};

export type LoadResult = {
  requests: number;
  seconds: number;
  /** Connections that failed, answers that were not what they should be, and timeouts. */
  errors: number;
  p50Ms: number;
  p99Ms: number;
};

const lua = join(import.meta.dirname, "lua");

/** Sends as fast as answers come back, for a number of seconds, from the load's core. */
export async function runWrk(url: string, load: Load, seconds: number, folder: string) {
  const out = join(folder, "wrk.out");
  const log = join(folder, "wrk.log");
  const script = join(lua, `${load.script}.lua`);
  const often = ["-t1", `-c${load.connections}`, `-d${seconds}s`, "--timeout", "10s"];
  await runChild({
    name: "wrk",
    core: loadCore,
    command: ["wrk", ...often, "-s", script, url, "--", ...load.arguments],
    env: { BENCH_LUA: lua },
    log,
    out,
    timeoutMs: (seconds + 20) * 1_000,
  });
  return lastLine(out);
}

function lastLine(file: string): LoadResult {
  const said = readFileSync(file, "utf8").trim();
  try {
    return JSON.parse(said.slice(said.lastIndexOf("\n") + 1));
  } catch (cause) {
    throw new BenchError(`wrk did not report: ${said.slice(-500)}`, { cause });
  }
}
