import type { Revocation, RevocationKind } from "@tollgate/shared/revocations/feed";
import type { Caller } from "@tollgate/shared/tokens/caller";

/** What one issuer has revoked, for as long as a token that it is about can be alive. */
export type DenyList = {
  add(revocations: readonly Revocation[]): void;
  /** Costs a comparison while the list is empty, and five look-ups at most. */
  isRevoked(caller: Caller): boolean;
  readonly size: number;
};

export type DenyListOptions = {
  /** How far ahead the issuer's clock may be. */
  clockToleranceSeconds: number;
  maxEntries?: number;
  /** Told when the list was too long to be kept entry by entry. */
  onOverflow?: () => void;
};

/** Seconds since 1970: tokens issued before the first are refused; after the second none is left. */
type Entry = { notBefore: number; expiresAt: number };

/** A token is accepted for as long after its `exp` as the configuration may tolerate, at most. */
const graceSeconds = 60;
const sweepEveryMs = 30_000;

/**
 * An entry leaves when it has expired, and never because a feed began anew: a database restored from
 * yesterday does not know what was revoked today. Where the list grows beyond its bound, all tokens
 * issued up to now are refused in place of the entries: everybody has to get a new one, and no
 * revoked one comes back.
 */
export function createDenyList(options: DenyListOptions, now: () => number): DenyList {
  const { maxEntries = 100_000, clockToleranceSeconds, onOverflow } = options;
  const entries = emptyLists();
  let issuedBefore = Number.NEGATIVE_INFINITY;
  let size = 0;
  let sweptAt = Number.NEGATIVE_INFINITY;

  function put({ kind, value, not_before, expires_at }: Revocation): void {
    const known = entries[kind].get(value);
    if (known === undefined) size += 1;
    entries[kind].set(value, {
      notBefore: Math.max(not_before, known?.notBefore ?? 0),
      expiresAt: Math.max(expires_at, known?.expiresAt ?? 0),
    });
  }

  function sweep(): void {
    sweptAt = now();
    const goneBefore = sweptAt / 1_000 - graceSeconds;
    for (const list of Object.values(entries)) {
      for (const [value, { expiresAt }] of list) if (expiresAt < goneBefore) list.delete(value);
    }
    recount();
  }

  function refuseAllUntilNow(): void {
    issuedBefore = Math.max(issuedBefore, now() / 1_000 + clockToleranceSeconds);
    // A stolen key signs tokens of any date: no date stands in for the list of such keys.
    if (entries.key.size > maxEntries) issuedBefore = Number.POSITIVE_INFINITY;
    for (const [kind, list] of Object.entries(entries)) {
      if (kind !== "key" || list.size > maxEntries) list.clear();
    }
    recount();
    onOverflow?.();
  }

  function recount(): void {
    size = Object.values(entries).reduce((sum, list) => sum + list.size, 0);
  }

  const isBefore = (kind: RevocationKind, value: string | undefined, issuedAt: number) =>
    value !== undefined && issuedAt < (entries[kind].get(value)?.notBefore ?? 0);

  return {
    get size() {
      return size;
    },
    add(revocations) {
      for (const revocation of revocations) put(revocation);
      if (size > maxEntries || now() - sweptAt > sweepEveryMs) sweep();
      if (size > maxEntries) refuseAllUntilNow();
    },
    isRevoked(caller) {
      const { issuedAt, tokenId, keyId } = caller;
      if (issuedAt < issuedBefore) return true;
      if (size === 0) return false;
      return (
        (tokenId !== undefined && entries.token.has(tokenId)) ||
        (keyId !== undefined && entries.key.has(keyId)) ||
        isBefore("subject", caller.subject, issuedAt) ||
        isBefore("session", caller.sessionId, issuedAt) ||
        isBefore("client", caller.clientId, issuedAt)
      );
    },
  };
}

function emptyLists(): Record<RevocationKind, Map<string, Entry>> {
  return {
    token: new Map(),
    subject: new Map(),
    session: new Map(),
    client: new Map(),
    key: new Map(),
  };
}
