import type { StoredEvent } from "../store/events.ts";

/** An event as the feed shows it: all that its hash is made of, and the hashes. */
export function presentEvent(event: StoredEvent) {
  const { id, type, entity, entity_id, entity_version, actor_sub, client_id } = event;
  return {
    seq: Number(event.seq),
    id,
    type,
    entity,
    entity_id,
    entity_version,
    actor_sub,
    client_id,
    request_id: event.request_id,
    data: event.data,
    occurred_at: event.occurred_at.toISOString(),
    prev_hash: event.prev_hash,
    hash: event.hash,
  };
}
