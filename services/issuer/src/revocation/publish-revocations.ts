import { longestRevocationWait, type RevocationFeed } from "@tollgate/shared/revocations/feed";
import type { Middleware } from "koa";
import * as z from "zod";
import { problem } from "../problems.ts";
import type { News } from "./news.ts";
import type { RevocationStore } from "./revocation-store.ts";

const querySchema = z.strictObject({
  since: z.string().max(256).optional(),
  wait: z
    .string()
    .regex(/^\d{1,2}$/)
    .transform(Number)
    .pipe(z.int().max(longestRevocationWait))
    .default(0),
});

/**
 * The deny-list for those who verify tokens, on the internal network alone: what is new since the
 * cursor, or the wait for it.
 */
export function publishRevocations(store: RevocationStore, news: News): Middleware {
  return async function publishRevocations(ctx) {
    const query = querySchema.safeParse({ ...ctx.query });
    if (!query.success) {
      throw problem("invalid_request", { detail: "since is a cursor, wait 0 to 25 seconds" });
    }
    const { since, wait } = query.data;
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), wait * 1_000);
    ctx.res.once("close", () => stop.abort());
    try {
      ctx.body = await readWhenNew(store, news, since, stop.signal, wait > 0);
    } catch (cause) {
      throw problem("dependency_unavailable", { cause, headers: { "retry-after": "1" } });
    } finally {
      clearTimeout(timer);
    }
    ctx.set("cache-control", "no-store");
  };
}

async function readWhenNew(
  store: RevocationStore,
  news: News,
  since: string | undefined,
  stop: AbortSignal,
  waits: boolean,
): Promise<RevocationFeed> {
  const stopped = new Promise<void>((resolve) => stop.addEventListener("abort", () => resolve()));
  for (;;) {
    const next = news.next();
    const feed = await store.since(since);
    if (!waits || feed.reset || feed.revocations.length > 0 || stop.aborted) return feed;
    if (news.closed) return feed;
    await Promise.race([next, stopped]);
  }
}
