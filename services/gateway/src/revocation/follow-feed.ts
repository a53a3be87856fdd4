import { setTimeout as sleep } from "node:timers/promises";
import { type Revocation, revocationPageSize } from "@tollgate/shared/revocations/feed";
import { type ReadFeed, readFeed } from "./read-feed.ts";

export type FeedOptions = {
  url: string;
  /** After how long without an answer the feed counts as lost; asked before each question. */
  lostAfterMs: () => number;
};

export type FeedDeps = {
  onRevocations: (revocations: readonly Revocation[]) => void;
  onAnswer?: (outcome: { ok: true } | { ok: false; reason: string }) => void;
  readFeed?: ReadFeed;
  /** Milliseconds of a clock that never jumps. */
  elapsedMs?: () => number;
};

export type FollowedFeed = Disposable & {
  /** Milliseconds since the whole list was last known to be here; undefined before the first time. */
  ageMs(): number | undefined;
};

/** Between two questions, for an issuer that answers at once although it was asked to wait. */
const shortestPauseMs = 250;
const longestPauseMs = 2_000;
const patienceMs = 3_000;

/** Asks a feed for what is new, again and again, until it is disposed of. */
export function followFeed(options: FeedOptions, deps: FeedDeps): FollowedFeed {
  const { elapsedMs = () => performance.now(), onAnswer } = deps;
  const ask = deps.readFeed ?? readFeed;
  const stopped = new AbortController();
  let caughtUpAt: number | undefined;
  let cursor: string | undefined;
  let failures = 0;

  /** True when there may be more to read at once. */
  async function readPage(): Promise<boolean> {
    // Half the time to loss: a feed without news answers in time to be known to be alive.
    const half = Math.max(1, Math.floor(options.lostAfterMs() / 2_000));
    const waitSeconds = cursor === undefined ? 0 : Math.min(half, 25);
    const question = { url: options.url, since: cursor, waitSeconds };
    const page = await within(waitSeconds * 1_000 + patienceMs, (signal) => ask(question, signal));
    if (stopped.signal.aborted) return false;
    deps.onRevocations(page.revocations);
    cursor = page.cursor;
    failures = 0;
    const isFull = page.revocations.length === revocationPageSize;
    if (!isFull) caughtUpAt = elapsedMs();
    onAnswer?.({ ok: true });
    return isFull;
  }

  async function within<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const attempt = new AbortController();
    const stop = () => attempt.abort(new Error("stopped"));
    const late = setTimeout(() => attempt.abort(new Error(`no answer within ${ms} ms`)), ms);
    stopped.signal.addEventListener("abort", stop, { once: true });
    try {
      return await work(attempt.signal);
    } finally {
      clearTimeout(late);
      stopped.signal.removeEventListener("abort", stop);
    }
  }

  /** How long to pause before the next question. */
  async function askOnce(): Promise<number> {
    const askedAt = elapsedMs();
    try {
      const hasMore = await readPage();
      return hasMore ? 0 : Math.max(0, shortestPauseMs - (elapsedMs() - askedAt));
    } catch (cause) {
      if (stopped.signal.aborted) return 0;
      failures += 1;
      onAnswer?.({ ok: false, reason: reasonOf(cause) });
      const pause = Math.min(shortestPauseMs * 2 ** (failures - 1), longestPauseMs);
      return pause * (0.5 + Math.random() / 2); // gateways that lost it together do not return together
    }
  }

  async function follow(): Promise<void> {
    while (!stopped.signal.aborted) {
      const pauseMs = await askOnce();
      await sleep(pauseMs, undefined, { signal: stopped.signal, ref: false }).catch(
        () => undefined,
      );
    }
  }

  void follow();
  return {
    ageMs: () => (caughtUpAt === undefined ? undefined : elapsedMs() - caughtUpAt),
    [Symbol.dispose]: () => stopped.abort(),
  };
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return "failed";
  // fetch says "fetch failed" and keeps the reason in its cause.
  return cause.cause instanceof Error ? cause.cause.message : cause.message;
}
