import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Env } from "@tollgate/shared/config";
import { type LogLine, parseLine, wordsOf } from "./log-line.ts";
import { howItEnded, type Process } from "./process.ts";

export type ServiceLaunch = {
  name: string;
  /** The file that Node runs, and the folder that paths in its configuration begin at. */
  entry: string;
  root: string;
  env: Env;
  onLine: (line: LogLine) => void;
};

export function launchService({ name, entry, root, env, onLine }: ServiceLaunch): Process {
  const child = spawn(process.execPath, ["--import", leaveWithParent, entry], {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    detached: true, // a terminal's Ctrl-C reaches every process of its group; who stops when is ours to say
  });
  let last: LogLine | undefined;
  for (const input of [child.stdout, child.stderr]) {
    if (input === null) continue;
    createInterface({ input }).on("line", (text) => {
      const line = parseLine(name, text);
      if (line.msg !== "") last = line;
      onLine(line);
    });
  }
  const ended = once(child, "close").then(([code, signal]) => ({
    how: howItEnded(code, signal),
    lastWords: last === undefined ? "" : wordsOf(last),
    isFault: last?.event === "config_invalid",
  }));
  return {
    ended,
    stop: () => void child.kill("SIGTERM"),
    kill: () => void child.kill("SIGKILL"),
  };
}

const leaveWithParent = import.meta.resolve("../leave-with-parent.ts");
