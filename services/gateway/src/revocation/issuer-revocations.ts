import type { Log } from "@tollgate/shared/log";
import type { Caller } from "@tollgate/shared/tokens/caller";
import type { IssuerEntry } from "../routes/schema.ts";
import { createDenyList } from "./deny-list.ts";
import { type FollowedFeed, followFeed } from "./follow-feed.ts";
import type { ReadFeed } from "./read-feed.ts";

type KeyedEntry = Extract<IssuerEntry, { jwks_uri: string }>;
export type RevocableEntry = KeyedEntry & {
  revocations: Exclude<KeyedEntry["revocations"], undefined>;
};

export type IssuerRevocationsDeps = {
  log: Log;
  now: () => number;
  elapsedMs?: (() => number) | undefined;
  readFeed?: ReadFeed | undefined;
  onRevocations: () => void;
};

/** How one issuer's feed fares, for metrics and readiness. */
export type FeedStatus = {
  issuer: string;
  whenLost: "allow" | "refuse";
  isLost: boolean;
  /** Seconds since the whole list was last known to be here; undefined before the first time. */
  ageSeconds: number | undefined;
  entries: number;
  answers: { ok: number; failed: number };
};

/** What one issuer revoked, and whether that is known. Another issuer's tokens it never touches. */
export type IssuerRevocations = Disposable & {
  /** Takes new settings; what is known stays known. */
  configure(entry: RevocableEntry): void;
  isRevoked(caller: Caller): boolean;
  /** The feed is lost, and its tokens are to be refused then. */
  mustRefuse(): boolean;
  status(): FeedStatus;
};

export function createIssuerRevocations(
  first: RevocableEntry,
  deps: IssuerRevocationsDeps,
): IssuerRevocations {
  const { log } = deps;
  const { issuer } = first;
  const answers = { ok: 0, failed: 0 };
  let entry = first;
  let isFailing = true;
  const list = createDenyList(
    {
      clockToleranceSeconds: first.clock_tolerance / 1_000,
      onOverflow: () =>
        log.error(
          { event: "revocations_overflowed", issuer },
          "too many entries to keep: all tokens issued up to now are refused in their place",
        ),
    },
    deps.now,
  );

  function noteAnswer(outcome: { ok: true } | { ok: false; reason: string }): void {
    answers[outcome.ok ? "ok" : "failed"] += 1;
    if (outcome.ok && isFailing) log.info({ event: "revocations_followed", issuer });
    if (!outcome.ok && (!isFailing || answers.ok + answers.failed === 1)) {
      log.warn({ event: "revocations_not_read", issuer, reason: outcome.reason });
    }
    isFailing = !outcome.ok;
  }

  function follow(): FollowedFeed {
    return followFeed(
      { url: entry.revocations.feed, lostAfterMs: () => entry.revocations.lost_after },
      {
        onAnswer: noteAnswer,
        onRevocations: (revocations) => {
          list.add(revocations);
          if (revocations.length > 0) deps.onRevocations();
        },
        ...(deps.readFeed === undefined ? {} : { readFeed: deps.readFeed }),
        ...(deps.elapsedMs === undefined ? {} : { elapsedMs: deps.elapsedMs }),
      },
    );
  }

  let feed = follow();

  function isLost(): boolean {
    const ageMs = feed.ageMs();
    return ageMs === undefined || ageMs > entry.revocations.lost_after;
  }

  return {
    configure(next) {
      const isElsewhere = next.revocations.feed !== entry.revocations.feed;
      entry = next;
      if (!isElsewhere) return;
      feed[Symbol.dispose]();
      feed = follow();
    },
    isRevoked: (caller) => list.isRevoked(caller),
    mustRefuse: () => entry.revocations.when_lost === "refuse" && isLost(),
    status() {
      const ageMs = feed.ageMs();
      return {
        issuer,
        whenLost: entry.revocations.when_lost,
        isLost: isLost(),
        ageSeconds: ageMs === undefined ? undefined : ageMs / 1_000,
        entries: list.size,
        answers: { ...answers },
      };
    },
    [Symbol.dispose]: () => feed[Symbol.dispose](),
  };
}
