import { setTimeout as pause } from "node:timers/promises";
import type { Log } from "@tollgate/shared/log";
import { databaseReason } from "./database.ts";
import type { Versions } from "./versions.ts";

export type Follower = (versions: Versions) => Promise<void> | void;

export type FollowedStore = AsyncDisposable & {
  /** Looks again at once: something has changed, and we know it. */
  wake(): void;
};

const everyMs = 500;

/**
 * Asks the store twice a second what has changed, on whichever replica, and tells those who follow.
 * A question costs next to nothing; a listening connection that dies unnoticed costs everything.
 */
export function followStore(
  read: () => Promise<Versions>,
  followers: readonly Follower[],
  log: Log,
): FollowedStore {
  const stop = new AbortController();
  let waker = new AbortController();
  let failing: string | undefined;

  async function look(): Promise<void> {
    try {
      const versions = await read();
      const followed = await Promise.allSettled(followers.map(async (follow) => follow(versions)));
      const failed = followed.find((each) => each.status === "rejected"); // and the others went on
      if (failed) throw failed.reason;
      failing = undefined;
    } catch (error) {
      const reason = databaseReason(error);
      if (failing !== reason) log.warn({ event: "store_unavailable", reason }, reason);
      failing = reason;
    }
  }

  async function lookOn(): Promise<void> {
    while (!stop.signal.aborted) {
      waker = new AbortController();
      const { signal } = waker;
      await look();
      await pause(everyMs, undefined, { signal: AbortSignal.any([stop.signal, signal]) }).catch(
        () => {},
      );
    }
  }

  const looking = lookOn();
  return {
    wake: () => waker.abort(),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await looking;
    },
  };
}
