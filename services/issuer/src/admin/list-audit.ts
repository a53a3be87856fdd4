import Router from "@koa/router";
import * as z from "zod";
import type { Parts } from "../open-parts.ts";
import { inputOf } from "./read-json.ts";

const filters = ["event", "client_id", "sub", "jti", "kid", "ip", "request_id"] as const;

const wholeNumber = "must be a whole number from 1 to 1000";

const queryInput = z.strictObject({
  ...Object.fromEntries(filters.map((name) => [name, z.string().max(256).optional()])),
  limit: z.coerce
    .number(wholeNumber)
    .int(wholeNumber)
    .min(1, wholeNumber)
    .max(1_000, wholeNumber)
    .default(50),
  since: z.iso.datetime({ offset: true, error: "must be like 2026-01-31T12:00:00Z" }).optional(),
});

/** `tollgate audit`: the latest events that fit, the newest last. */
export function auditRoutes({ database, trail }: Parts): Router {
  return new Router().get("/audit", async (ctx) => {
    const { limit, since, ...named } = inputOf(queryInput, { ...ctx.query });
    await trail.written();
    let events = database.selectFrom("audit_events").selectAll();
    if (since !== undefined) events = events.where("at", ">=", new Date(since));
    for (const name of filters) {
      const value = (named as Record<string, string | undefined>)[name];
      if (value !== undefined) events = events.where(name, "=", value);
    }
    const latest = await events
      .orderBy("at", "desc")
      .orderBy("audit_id", "desc")
      .limit(limit)
      .execute();
    ctx.body = { events: latest.toReversed() };
  });
}
