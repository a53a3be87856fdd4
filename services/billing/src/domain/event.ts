import { createHash } from "node:crypto";
import { canonicalJson } from "./canonical-json.ts";

export const eventTypes = [
  "settings.updated",
  "customer.created",
  "customer.updated",
  "invoice.created",
  "invoice.updated",
  "invoice.deleted",
  "invoice.finalized",
  "invoice.voided",
  "invoice.uncollectible",
  "invoice.paid",
  "invoice.reopened",
  "payment.recorded",
  "payment.reversed",
  "credit_note.created",
] as const;

export type EventType = (typeof eventTypes)[number];

/** What happened, to what, and who did it. */
export type Event = {
  tenant_id: string;
  seq: bigint;
  id: string;
  type: EventType;
  entity: "settings" | "customer" | "invoice";
  entity_id: string;
  entity_version: number;
  actor_sub: string;
  client_id: string;
  request_id: string;
  data: object;
  /** RFC 3339, in milliseconds and UTC. */
  occurred_at: string;
};

/** What the first event of a tenant is chained to. */
export const genesis = "0".repeat(64);

/** Chains an event to the one before it: changing any of them breaks every hash that follows. */
export function hashEvent(previousHash: string, event: Event): string {
  return createHash("sha256")
    .update(Buffer.from(previousHash, "hex"))
    .update(canonicalJson(event))
    .digest("hex");
}
