import type { GatewayContext } from "../context.ts";
import { cutUntaken } from "../http/cut-untaken.ts";
import type { OpenStreams } from "./open-streams.ts";

/**
 * Ends an answer without an end, or without a deadline, when the caller's token does. `leave` calls
 * the upstream's work off.
 *
 * An event stream ends as if it were whole: its reader drops half an event and connects anew, with
 * a token that must be good (HTML section 9.2). Anything else is reset, as it is not whole.
 */
export function boundByToken(
  streams: OpenStreams,
  { res, state }: GatewayContext,
  headers: readonly string[],
  leave: () => void,
): void {
  const isEvents = isEndlessEvents(headers);
  if (!isEvents && Number.isFinite(state.route.entry.timeouts.total)) return;
  res.flushHeaders(); // who listens learns that it does, before the first event
  const over = streams.add(state.caller, (cause) => {
    if (res.writableEnded || (cause === "going_away" && !isEvents)) return;
    state.endedBy = cause;
    leave();
    if (isEvents) {
      res.end();
      cutUntaken(res, state.route.entry.timeouts.idle);
    } else res.req.socket.resetAndDestroy();
  });
  res.once("close", over);
}

function isEndlessEvents(headers: readonly string[]): boolean {
  let isEvents = false;
  for (let index = 0; index < headers.length; index += 2) {
    const name = (headers[index] as string).toLowerCase();
    if (name === "content-length") return false; // ended before that, it would not look whole
    if (name === "content-type") isEvents = /^text\/event-stream\b/i.test(headers[index + 1] ?? "");
  }
  return isEvents;
}
