import { BenchError } from "./machine/bench-error.ts";

export type Options = {
  rounds: number;
  /** How long each measurement lasts. */
  seconds: number;
  /** Names of workloads and checks; empty means all. */
  only: readonly string[];
};

/** `BENCH_ROUNDS`, `BENCH_SECONDS` and `BENCH_ONLY` (`one-token,slow-reader`) shorten a run. */
export function readOptions(env: NodeJS.ProcessEnv, names: readonly string[]): Options {
  const only = (env.BENCH_ONLY ?? "").split(",").filter((name) => name !== "");
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new BenchError(`BENCH_ONLY: no ${unknown.join(", ")}; there are: ${names.join(", ")}`);
  }
  return {
    rounds: count(env.BENCH_ROUNDS, "BENCH_ROUNDS", 5),
    seconds: count(env.BENCH_SECONDS, "BENCH_SECONDS", 2),
    only,
  };
}

export function isChosen({ only }: Options, name: string): boolean {
  return only.length === 0 || only.includes(name);
}

function count(text: string | undefined, name: string, usual: number): number {
  if (text === undefined || text === "") return usual;
  if (!/^[1-9]\d?$/.test(text)) throw new BenchError(`${name} must be from 1 to 99`);
  return Number(text);
}
