import type { Log } from "@tollgate/shared/log";
import type { Caller } from "@tollgate/shared/tokens/caller";
import { tokenProblem } from "@tollgate/shared/tokens/token-problems";
import type { IssuerEntry } from "../routes/schema.ts";
import {
  createIssuerRevocations,
  type FeedStatus,
  type IssuerRevocations,
  type RevocableEntry,
} from "./issuer-revocations.ts";
import type { ReadFeed } from "./read-feed.ts";
import { createWatchers } from "./watchers.ts";

/** What all issuers revoked. It outlives the routes' file: a reload forgets nothing. */
export type Revocations = Disposable & {
  /** Follows the feeds of these issuers, and of no others. */
  retain(issuers: readonly IssuerEntry[]): void;
  /** Throws `token_revoked`, or `revocations_unavailable` where a lost feed is to refuse. */
  check(caller: Caller): void;
  /**
   * Calls `listener` once, when `caller` is revoked or its issuer is trusted no more: for what stays
   * open after it was let in, such as a WebSocket. Returns how to stop listening. A feed that is lost
   * calls nobody: what is open ends with its token's `exp` at the latest.
   */
  onRevoked(caller: Caller, listener: () => void): () => void;
  statuses(): FeedStatus[];
};

export type RevocationsDeps = {
  log: Log;
  now: () => number;
  elapsedMs?: () => number;
  readFeed?: ReadFeed;
};

export function createRevocations(deps: RevocationsDeps): Revocations {
  const issuers = new Map<string, IssuerRevocations>();
  const watchers = createWatchers(deps.log);
  /** Undefined until the first retain: nothing is served before it. */
  let trusted: ReadonlySet<string> | undefined;
  const isTrusted = ({ issuer }: Caller) => trusted?.has(issuer) ?? true;
  const isRevoked = (caller: Caller) => issuers.get(caller.issuer)?.isRevoked(caller) ?? false;

  const isOver = (caller: Caller) => !isTrusted(caller) || isRevoked(caller);

  function follow(entry: RevocableEntry): void {
    const known = issuers.get(entry.issuer);
    const onRevocations = () => watchers.tell(entry.issuer, isRevoked);
    if (known !== undefined) known.configure(entry);
    else issuers.set(entry.issuer, createIssuerRevocations(entry, { ...deps, onRevocations }));
  }

  function drop(issuer: string): void {
    issuers.get(issuer)?.[Symbol.dispose]();
    issuers.delete(issuer);
  }

  return {
    retain(entries) {
      const revocable = entries.filter(isRevocable);
      const wanted = new Set(revocable.map(({ issuer }) => issuer));
      for (const issuer of issuers.keys()) if (!wanted.has(issuer)) drop(issuer);
      for (const entry of revocable) follow(entry);
      trusted = new Set(entries.map(({ issuer }) => issuer));
      for (const issuer of watchers.issuers())
        watchers.tell(issuer, (caller) => !isTrusted(caller));
    },
    check(caller) {
      // It was proven while a reload took its issuer away.
      if (!isTrusted(caller)) throw tokenProblem("token_issuer_unknown");
      const revocations = issuers.get(caller.issuer);
      if (revocations === undefined) return;
      if (revocations.isRevoked(caller)) throw tokenProblem("token_revoked");
      if (revocations.mustRefuse()) {
        throw tokenProblem("revocations_unavailable", { headers: { "retry-after": "2" } });
      }
    },
    onRevoked(caller, listener) {
      const stop = watchers.add(caller, listener);
      // It may have come to that between the check and this call.
      if (isOver(caller)) queueMicrotask(() => watchers.tell(caller.issuer, isOver));
      return stop;
    },
    statuses: () => [...issuers.values()].map((each) => each.status()),
    [Symbol.dispose]() {
      for (const issuer of [...issuers.keys()]) drop(issuer);
    },
  };
}

function isRevocable(entry: IssuerEntry): entry is RevocableEntry {
  return "revocations" in entry && entry.revocations !== undefined;
}
