import type { Problem } from "@tollgate/shared/problem";
import { problem } from "../problems.ts";
import { findReply, lockKey, type StoredReply, storeReply } from "../store/idempotency-keys.ts";
import type { TenantTransaction } from "../store/tenant-transaction.ts";

export type Once = { key: string; fingerprint: string; keepHours: number };

/**
 * Does the work of a POST at most once a key. All of it is in the caller's transaction: a crash
 * before the commit undoes work and reply together, after it the retry finds the reply. A failure
 * stores nothing, so that a corrected request may use the key again.
 */
export async function answerOnce(
  tx: TenantTransaction,
  { key, fingerprint, keepHours }: Once,
  work: () => Promise<StoredReply>,
): Promise<StoredReply> {
  if (!(await lockKey(tx, key))) throw inProgress();
  const found = await findReply(tx, key);
  if (found !== undefined) {
    if (found.fingerprint !== fingerprint) throw problem("idempotency_key_reused");
    const { status, headers, body } = found;
    return { status, headers: { ...headers, "idempotency-replayed": "true" }, body };
  }
  const reply = await work();
  const expiresAt = new Date(tx.now.getTime() + keepHours * 3_600_000);
  await storeReply(tx, key, { fingerprint, reply, expiresAt });
  return reply;
}

function inProgress(): Problem {
  return problem("idempotency_in_progress", { headers: { "retry-after": "1" } });
}
