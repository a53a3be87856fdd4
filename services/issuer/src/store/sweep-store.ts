import { setTimeout as pause } from "node:timers/promises";
import type { Log } from "@tollgate/shared/log";
import { databaseReason } from "./database.ts";

const everyMs = 60_000;

/** Removes what has expired, once a minute; several replicas that do so do each other no harm. */
export function sweepStore(
  stores: readonly { sweep(): Promise<number> }[],
  log: Log,
): AsyncDisposable {
  const stop = new AbortController();

  async function sweepOn(): Promise<void> {
    for (;;) {
      await pause(everyMs, undefined, { signal: stop.signal });
      try {
        for (const store of stores) await store.sweep();
      } catch (error) {
        log.warn({ event: "sweep_failed", reason: databaseReason(error) }, "the sweep failed");
      }
    }
  }

  const sweeping = sweepOn().catch(() => {}); // it ends by being stopped
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await sweeping;
    },
  };
}
