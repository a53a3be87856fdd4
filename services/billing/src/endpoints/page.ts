import { createHash } from "node:crypto";
import * as z from "zod";
import { canonicalJson } from "../domain/canonical-json.ts";
import type { Reply } from "../endpoint.ts";
import { problem } from "../problems.ts";

type Paged = { limit: number; cursor?: string | undefined };

type Fetch<Row> = (page: { before: string | undefined; count: number }) => Promise<Row[]>;

/**
 * One page of a list by falling id. A cursor holds the last id and which filters it belongs to:
 * with others it would silently skip rows, so it is refused.
 */
export async function answerPage<Row extends { id: string }>(
  name: string,
  { limit, cursor, ...filters }: Paged,
  fetch: Fetch<Row>,
  present: (row: Row) => object,
): Promise<Reply> {
  const list = createHash("sha256")
    .update(`${name} ${canonicalJson(filters)}`)
    .digest("base64url")
    .slice(0, 12);
  const before = cursor === undefined ? undefined : readCursor(cursor, list);
  const rows = await fetch({ before, count: limit + 1 });
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const next = rows.length > limit && last ? writeCursor(last.id, list) : null;
  return {
    status: 200,
    body: { data: shown.map(present), next_cursor: next, has_more: next !== null },
    ...(next === null ? {} : { next: { cursor: next } }),
  };
}

const content = z.strictObject({ v: z.literal(1), id: z.uuid(), list: z.string() });

function writeCursor(id: string, list: string): string {
  return Buffer.from(JSON.stringify({ v: 1, id, list })).toString("base64url");
}

function readCursor(cursor: string, list: string): string {
  const read = content.safeParse(parse(Buffer.from(cursor, "base64url").toString()));
  if (!read.success || read.data.list !== list) {
    throw problem("cursor_invalid", { detail: "Begin again without a cursor" });
  }
  return read.data.id;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
