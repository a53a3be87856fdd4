import { setTimeout as pause } from "node:timers/promises";
import type { Log } from "@tollgate/shared/log";
import { databaseReason } from "../store/database.ts";
import type { SigningKey } from "./signing-key.ts";
import { WrappingKeyMissing } from "./wrapping-keys.ts";

export type KeptKeys = AsyncDisposable & {
  /** Throws, with the reason, as long as there are no keys. */
  check(): void;
  /** Rejects when it is certain that there never will be. */
  readonly failed: Promise<never>;
};

const firstPauseMs = 250;
const longestPauseMs = 2_000;

/**
 * Loads the signing keys and hands them on; while the database is down it tries again and again.
 * Once loaded they stay in memory: minting needs the database no more.
 */
export function keepKeys(
  load: () => Promise<SigningKey[]>,
  { log, onKeys }: { log: Log; onKeys: (keys: readonly SigningKey[]) => void },
): KeptKeys {
  const stop = new AbortController();
  const { promise: failed, reject } = Promise.withResolvers<never>();
  failed.catch(() => {}); // whoever waits for it hears of it; nobody has to
  let missing: string | undefined = "the signing keys are not loaded yet";

  async function loadUntilFound(): Promise<void> {
    let pauseMs = firstPauseMs;
    while (!stop.signal.aborted) {
      try {
        const keys = await load();
        missing = undefined;
        onKeys(keys);
        log.info({ event: "keys_loaded", kids: keys.map(({ kid }) => kid) }, "signing keys loaded");
        return;
      } catch (error) {
        if (error instanceof WrappingKeyMissing) throw error;
        const reason = `the signing keys cannot be read: ${databaseReason(error)}`;
        if (missing !== reason) log.warn({ event: "keys_unavailable", reason }, reason);
        missing = reason;
      }
      await pause(pauseMs, undefined, { signal: stop.signal }).catch(() => {});
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
  }

  const loading = loadUntilFound().catch(reject);
  return {
    failed,
    check() {
      if (missing !== undefined) throw new Error(missing);
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await loading;
    },
  };
}
