import { spawn } from "node:child_process";

export type Ended = { status: number; stdout: string; stderr: string };

export type RunOptions = { cwd: string; env?: NodeJS.ProcessEnv; timeoutMs?: number };

/** Runs a program to its end; any status is a result. One that hangs is ended, and has failed. */
export function run(program: string, args: readonly string[], options: RunOptions): Promise<Ended> {
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  const { cwd, env = process.env, timeoutMs: timeout = 120_000 } = options;
  const child = spawn(program, args, { cwd, env, timeout, stdio: ["ignore", "pipe", "pipe"] });
  const ended: Ended = { status: -1, stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    ended.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    ended.stderr += text;
  });
  child.once("error", reject);
  child.once("close", (status) => resolve({ ...ended, status: status ?? -1 }));
  return promise;
}

/** What it printed, or an error with everything that it said. */
export async function output(program: string, args: readonly string[], options: RunOptions) {
  const { status, stdout, stderr } = await run(program, args, options);
  if (status === 0) return stdout.trim();
  throw new Error(`${program} ${args.join(" ")} ended with ${status}:\n${stdout}${stderr}`);
}
