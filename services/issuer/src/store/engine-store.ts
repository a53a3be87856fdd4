import { hash } from "node:crypto";
import type { AdapterPayload } from "oidc-provider";

/** Something that the engine keeps, as it was kept, and how often it was used. */
export type StoredRecord = {
  readonly payload: AdapterPayload;
  readonly uses: number;
  readonly firstUsedAt: Date | undefined;
};

export type NewRecord = { model: string; id: string; payload: AdapterPayload; expiresAt: Date };

/**
 * Where the engine's state lives. Each of these is one atomic write or one read, whoever else does
 * the same at that moment in another process; what has expired is not there.
 */
export type EngineStore = {
  /** True for the first to bring this key, false for all others until it has expired. */
  addOnce(key: string, expiresAt: Date): Promise<boolean>;
  /** Adds, or replaces what has the same identifier; a replaced record counts as unused again. */
  put(record: NewRecord): Promise<void>;
  /**
   * Puts it in the place of what has `id`, which it may rename; false, and nothing done, if that is
   * gone. What a session gave to clients that are not among `known` stays in it.
   */
  replace(id: string, record: NewRecord, known: readonly string[]): Promise<boolean>;
  find(model: string, id: string): Promise<StoredRecord | undefined>;
  findByUid(model: string, uid: string): Promise<StoredRecord | undefined>;
  /** Counts one more use, if it was used exactly `seenUses` times: of several, one succeeds. */
  consumeOnce(model: string, id: string, seenUses: number): Promise<boolean>;
  destroy(model: string, id: string): Promise<void>;
  destroyByUid(model: string, uid: string): Promise<void>;
  /** Ends a family: a grant, and all codes and tokens of it. */
  revokeGrant(grantId: string): Promise<void>;
  /** Ends all that a person has: sessions, grants, codes and tokens. */
  revokeAccount(accountId: string): Promise<void>;
  /** Removes what has expired; returns how much that was. */
  sweep(): Promise<number>;
};

/** Those that belong to a grant and die with it. */
const grantable = new Set(["AccessToken", "AuthorizationCode", "RefreshToken"]);

/** How a record is stored: never under its identifier, nor with it inside (it is the credential). */
export function rowOf({ model, id, payload, expiresAt }: NewRecord) {
  const { jti: _identifier, ...rest } = payload;
  return {
    model,
    id_hash: hashOf(id),
    payload: JSON.stringify(rest),
    uid: payload.uid ?? null,
    grant_id: grantable.has(model) ? (payload.grantId ?? null) : null,
    account_id: payload.accountId ?? null,
    expires_at: expiresAt,
  };
}

export function hashOf(id: string): string {
  return hash("sha256", id, "base64url");
}
