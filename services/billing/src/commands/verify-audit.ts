import { type Event, type EventType, genesis, hashEvent } from "../domain/event.ts";
import type { StoredEvent } from "../store/events.ts";
import type { Books, Verdict } from "./verify-every-tenant.ts";

const batch = 1_000;

/**
 * Walks a tenant's chain from its beginning and computes every hash anew. The counter knows how
 * many events there must be, so that a tail which was cut off is missed as well.
 */
export async function verifyAudit(books: Books): Promise<Verdict> {
  const faults: string[] = [];
  let previous = genesis;
  let last = 0n;
  for await (const stored of eventsOf(books)) {
    const { prev_hash, hash } = stored;
    if (stored.seq !== last + 1n) faults.push(`event ${last + 1n} is missing`);
    else if (prev_hash !== previous)
      faults.push(`event ${stored.seq} does not follow the one before`);
    if (hashEvent(prev_hash, eventOf(stored)) !== hash) {
      faults.push(`event ${stored.seq} (${stored.type}) was changed after it was written`);
    }
    [previous, last] = [hash, stored.seq];
  }
  const expected = await countOf(books);
  if (last < expected) faults.push(`events ${last + 1n} to ${expected} are missing`);
  return { seen: `${last} events`, faults };
}

async function* eventsOf({ sql, tenant }: Books): AsyncGenerator<StoredEvent> {
  for (let after = 0n; ; ) {
    const query = sql.selectFrom("event").where("tenant_id", "=", tenant).where("seq", ">", after);
    const events = await query.orderBy("seq").limit(batch).selectAll().execute();
    yield* events;
    const last = events.at(-1);
    if (last === undefined) return;
    after = last.seq;
  }
}

function eventOf(stored: StoredEvent): Event {
  const { seq, id, entity_id, entity_version, actor_sub, client_id, request_id, data } = stored;
  return {
    tenant_id: stored.tenant_id,
    ...{ seq, id, entity_id, entity_version, actor_sub, client_id, request_id, data },
    type: stored.type as EventType, // whatever it says, it is hashed as it stands
    entity: stored.entity as Event["entity"],
    occurred_at: stored.occurred_at.toISOString(),
  };
}

async function countOf({ sql, tenant }: Books): Promise<bigint> {
  const counter = await sql
    .selectFrom("counter")
    .select("next_value")
    .where("tenant_id", "=", tenant)
    .where("series", "=", "event")
    .executeTakeFirst();
  return (counter?.next_value ?? 1n) - 1n;
}
