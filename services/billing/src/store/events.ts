import type { Selectable } from "kysely";
import { type Event, type EventType, genesis, hashEvent } from "../domain/event.ts";
import { nextEventSeq } from "./counters.ts";
import { newId } from "./ids.ts";
import type { Tables } from "./tables.ts";
import type { TenantTransaction } from "./tenant-transaction.ts";

export type Happened = Pick<Event, "type" | "entity" | "entity_id" | "entity_version" | "data">;

/**
 * Writes down what happened, in the transaction in which it happens. The counter's row lock puts
 * events in the order of their commits, so that no reader is overtaken. It comes last of all locks,
 * and after all work that can be done before: a tenant's other writers wait for it.
 */
export async function recordEvent(tx: TenantTransaction, happened: Happened): Promise<void> {
  const { principal, requestId, now } = tx;
  const seq = await nextEventSeq(tx);
  const event: Event = {
    ...happened,
    tenant_id: principal.tenant,
    seq,
    id: newId(),
    actor_sub: principal.subject,
    client_id: principal.clientId,
    request_id: requestId,
    occurred_at: now.toISOString(),
  };
  const previous = await hashOf(tx, seq - 1n);
  await tx.sql
    .insertInto("event")
    .values({
      ...event,
      data: JSON.stringify(event.data),
      occurred_at: now,
      prev_hash: previous,
      hash: hashEvent(previous, event),
    })
    .execute();
}

async function hashOf({ sql, principal }: TenantTransaction, seq: bigint): Promise<string> {
  if (seq === 0n) return genesis;
  const { hash } = await sql
    .selectFrom("event")
    .select("hash")
    .where("tenant_id", "=", principal.tenant)
    .where("seq", "=", seq)
    .executeTakeFirstOrThrow();
  return hash;
}

export type StoredEvent = Omit<Selectable<Tables["event"]>, keyof Delivery>;

type Delivery = { delivered_at: unknown; attempts: unknown; next_attempt_at: unknown };

type EventFilter = {
  after_seq: bigint;
  type?: EventType | undefined;
  entity_id?: string | undefined;
};

/** Events by rising seq: their order is that of the commits, so none shows up behind a reader. */
export async function listEvents(
  { sql, principal }: TenantTransaction,
  { after_seq, type, entity_id }: EventFilter,
  count: number,
): Promise<StoredEvent[]> {
  let query = sql
    .selectFrom("event")
    .where("tenant_id", "=", principal.tenant)
    .where("seq", ">", after_seq);
  if (type !== undefined) query = query.where("type", "=", type);
  if (entity_id !== undefined) query = query.where("entity_id", "=", entity_id);
  return await query.orderBy("seq").limit(count).selectAll().execute();
}
