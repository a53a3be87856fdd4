import type { ServerResponse } from "node:http";
import { cutUntaken } from "./cut-untaken.ts";

type Ending = { res: ServerResponse; rest: Buffer | string | undefined; idleMs: number };

let endings: Ending[] = [];

/**
 * Ends an answer with all others that end in this turn of the event loop, one write right behind the
 * other. With work between them the client sleeps after each, and waking it costs the kernel more
 * than the write: a third of a request's time. A client that does not take what it gets is cut
 * after `idleMs`.
 */
export function endTogether(
  res: ServerResponse,
  rest: Buffer | string | undefined,
  idleMs: number,
): void {
  if (endings.push({ res, rest, idleMs }) === 1) setImmediate(endAll);
}

/** At once, where the turn must not be waited for. */
export function endAll(): void {
  const all = endings;
  endings = [];
  for (const { res, rest } of all) if (!res.destroyed) res.end(rest);
  for (const { res, idleMs } of all) cutUntaken(res, idleMs);
}
