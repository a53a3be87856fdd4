import { setTimeout as pause } from "node:timers/promises";
import { DevError } from "../dev-error.ts";
import type { Ended, Process } from "./process.ts";
import { createRestartBudget, type RestartBudget } from "./restart-budget.ts";

export type Keeping = {
  name: string;
  launch: () => Promise<Process> | Process;
  tell: (line: string) => void;
  now: () => number;
  restarts?: RestartBudget;
  /** How long it may take to leave when it is asked to. */
  stopMs: number;
  /** Aborted when there is no time left for leaving gently. */
  forced: AbortSignal;
};

export type Kept = AsyncDisposable & {
  /** Aborted when it cannot be kept running, with the reason. */
  failed: AbortSignal;
};

/** Starts a process, and again whenever it ends, until it is disposed of or ends too often. */
export function keepRunning(keeping: Keeping): Kept {
  const { name, tell, now, restarts = { times: 5, withinMs: 60_000 } } = keeping;
  const budget = createRestartBudget(restarts);
  const stopping = new AbortController();
  const failing = new AbortController();

  async function keep(): Promise<void> {
    for (;;) {
      const running = await keeping.launch();
      const ended = await untilEnded(running, keeping, stopping.signal);
      if (stopping.signal.aborted) return;
      const delayMs = budget.nextDelayMs(now());
      if (ended.isFault || delayMs === undefined) throw new DevError(`${name}: ${reasonOf(ended)}`);
      tell(`${name} ended (${reasonOf(ended)}): starting it again`);
      await pause(delayMs, undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return;
    }
  }

  const kept = keep().catch((reason) => failing.abort(reason));
  return {
    failed: failing.signal,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await kept;
    },
  };
}

async function untilEnded(running: Process, { stopMs, forced }: Keeping, stopping: AbortSignal) {
  const kill = () => running.kill();
  let deadline: NodeJS.Timeout | undefined;
  const stop = () => {
    running.stop();
    deadline = setTimeout(kill, stopMs);
    if (forced.aborted) kill();
  };
  if (stopping.aborted) stop();
  else stopping.addEventListener("abort", stop, { once: true });
  forced.addEventListener("abort", kill, { once: true });
  const ended = await running.ended;
  stopping.removeEventListener("abort", stop);
  forced.removeEventListener("abort", kill);
  clearTimeout(deadline);
  return ended;
}

function reasonOf({ how, lastWords, isFault }: Ended): string {
  if (lastWords === "") return how;
  return isFault ? lastWords : `${how}: ${lastWords}`;
}
