import * as z from "zod";
import { eventTypes } from "../domain/event.ts";
import { endpoint } from "../endpoint.ts";
import { presentEvent } from "../presenters/event.ts";
import { listEvents as list } from "../store/events.ts";
import { paging } from "./fields.ts";

const query = z.strictObject({
  after_seq: z
    .string()
    .regex(/^(?:0|[1-9]\d{0,14})$/, "It must be a whole number from 0")
    .transform(BigInt)
    .prefault("0"),
  type: z.enum(eventTypes).optional(),
  entity_id: z.uuid().optional(),
  limit: paging.limit,
});

export const listEvents = endpoint({
  name: "listEvents",
  summary: "Reads what happened, oldest first: go on after the last seq that was seen",
  method: "GET",
  path: "/v1/events",
  scope: "events:read",
  roles: ["accountant", "auditor"],
  query,
  async handle({ tx, query: { limit, ...filter } }) {
    const rows = await list(tx, filter, limit + 1);
    const shown = rows.slice(0, limit);
    const has_more = rows.length > limit;
    const next_after_seq = Number(shown.at(-1)?.seq ?? filter.after_seq);
    return {
      status: 200,
      body: { data: shown.map(presentEvent), next_after_seq, has_more },
      ...(has_more ? { next: { after_seq: String(next_after_seq) } } : {}),
    };
  },
});
