import type { Revocation, RevocationFeed, RevocationKind } from "@tollgate/shared/revocations/feed";

/** What a token can be refused by. */
export type RevocableToken = {
  readonly jti?: string | undefined;
  readonly sub?: string | undefined;
  readonly sid?: string | undefined;
  readonly client_id?: string | undefined;
  readonly kid?: string | undefined;
  /** Seconds since 1970. */
  readonly iat: number;
};

/** The deny-list: entries in the order in which they were committed, until they expire. */
export type RevocationStore = {
  /** Adds entries, each after all that are there; one of the same kind and value is replaced. */
  add(revocations: readonly Revocation[]): Promise<void>;
  /** What was added after the cursor; all that is alive without one, or with one that is unknown. */
  since(cursor: string | undefined): Promise<RevocationFeed>;
  /** Rejects with `dependency_unavailable` when it cannot be told. */
  isRevoked(token: RevocableToken): Promise<boolean>;
  sweep(): Promise<number>;
};

export type Cursor = { seq: number; stamp: string };

/** Opaque to readers. The stamp tells whether this number is the one that the reader has seen. */
export function cursorOf({ seq, stamp }: Cursor): string {
  return `${seq}.${stamp}`;
}

export function parseCursor(cursor: string | undefined): Cursor | undefined {
  const [, seq, stamp = ""] = /^(\d{1,15})\.([\w-]{1,64})$/.exec(cursor ?? "") ?? [];
  return seq === undefined ? undefined : { seq: Number(seq), stamp };
}

/** By which entries a token could be refused. */
export function revocableBy(token: RevocableToken): [kind: RevocationKind, value: string][] {
  const named: [RevocationKind, string | undefined][] = [
    ["token", token.jti],
    ["subject", token.sub],
    ["session", token.sid],
    ["client", token.client_id],
    ["key", token.kid],
  ];
  return named.filter((entry): entry is [RevocationKind, string] => entry[1] !== undefined);
}

/** Does this entry, which names the token, refuse it? */
export function refuses({ kind, not_before }: Revocation, { iat }: RevocableToken): boolean {
  return kind === "token" || kind === "key" || iat < not_before;
}
