import { sql } from "kysely";
import { StoredMeanwhileError } from "./failures.ts";
import type { TenantTransaction } from "./tenant-transaction.ts";

export type StoredReply = { status: number; headers: Record<string, string>; body: string };

/** Keys belong to a client and a subject: nobody reads what was answered to somebody else. */
type KeyOwner = { client_id: string; sub: string; key: string };

function ownerOf({ principal }: TenantTransaction, key: string): KeyOwner {
  return { client_id: principal.clientId, sub: principal.subject, key };
}

/** Locks a key until the transaction ends; false when another request holds it. */
export async function lockKey(tx: TenantTransaction, key: string): Promise<boolean> {
  const { client_id, sub } = ownerOf(tx, key);
  const name = JSON.stringify([tx.principal.tenant, client_id, sub, key]);
  const { rows } = await sql<{ locked: boolean }>`
    SELECT pg_try_advisory_xact_lock(hashtextextended(${name}, 0)) AS locked`.execute(tx.sql);
  return rows[0]?.locked === true;
}

export async function findReply(tx: TenantTransaction, key: string) {
  const { client_id, sub } = ownerOf(tx, key);
  return await tx.sql
    .selectFrom("idempotency_key")
    .select(["fingerprint", "status", "headers", "body"])
    .where("tenant_id", "=", tx.principal.tenant)
    .where("client_id", "=", client_id)
    .where("sub", "=", sub)
    .where("key", "=", key)
    .where("expires_at", ">", tx.now)
    .executeTakeFirst();
}

/** Keeps a reply; one that expired gives way, for one that lives the transaction is run again. */
export async function storeReply(
  tx: TenantTransaction,
  key: string,
  { fingerprint, reply, expiresAt }: { fingerprint: string; reply: StoredReply; expiresAt: Date },
): Promise<void> {
  const kept = {
    fingerprint,
    status: reply.status,
    headers: JSON.stringify(reply.headers),
    body: reply.body,
    expires_at: expiresAt,
  };
  const owner = { tenant_id: tx.principal.tenant, ...ownerOf(tx, key) };
  const stored = await tx.sql
    .insertInto("idempotency_key")
    .values({ ...owner, ...kept })
    .onConflict((conflict) =>
      conflict
        .columns(["tenant_id", "client_id", "sub", "key"])
        .doUpdateSet(kept)
        .where("idempotency_key.expires_at", "<=", tx.now),
    )
    .executeTakeFirst();
  if (stored.numInsertedOrUpdatedRows === 0n) throw new StoredMeanwhileError();
}
