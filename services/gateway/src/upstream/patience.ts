import type { Answer } from "./answer.ts";
import type { RequestBody } from "./request-body.ts";

/** How long each phase of an exchange may take, in milliseconds; `total` can be Infinity. */
export type Timeouts = { headers: number; idle: number; total: number };

/** How far an exchange is. Times are milliseconds of the monotonic clock. */
export type Progress = {
  beganAt: number;
  answer: Pick<Answer, "isBegun" | "isFull" | "movedAt">;
  body: Pick<RequestBody, "waitsFor" | "movedAt"> | null;
};

/** Whom an exchange waits for, and for how many milliseconds more; none left is overdue. */
export type Waiting = { on: "client" | "upstream"; leftMs: number };

/** One deadline a phase: for the answer to begin, for either side to move on, and for it all. */
export function waitingFor(progress: Progress, timeouts: Timeouts, now: number): Waiting {
  const { on, since, limit } = phaseOf(progress, timeouts);
  const leftMs = Math.min(since + limit - now, progress.beganAt + timeouts.total - now);
  return { on, leftMs };
}

/** No phase can be over before this; and what changes in between is seen this much later at most. */
export function shortest({ headers, idle, total }: Timeouts): number {
  return Math.min(headers, idle, total);
}

function phaseOf({ beganAt, answer, body }: Progress, timeouts: Timeouts) {
  const bodyMovedAt = body?.movedAt ?? 0;
  if (answer.isBegun) {
    const since = Math.max(answer.movedAt, bodyMovedAt);
    return { on: answer.isFull ? "client" : "upstream", since, limit: timeouts.idle } as const;
  }
  if (body !== null && body.waitsFor !== "nobody") {
    return { on: body.waitsFor, since: bodyMovedAt, limit: timeouts.idle } as const;
  }
  // The upstream's time for its answer begins when it has the whole request.
  const since = Math.max(beganAt, bodyMovedAt);
  return { on: "upstream", since, limit: timeouts.headers } as const;
}
