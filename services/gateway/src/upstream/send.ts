import type { Dispatcher } from "undici";
import type { Attempt } from "./attempt.ts";
import type { Timeouts } from "./patience.ts";
import type { RequestBody } from "./request-body.ts";
import { sendWithTrailers } from "./send-with-trailers.ts";

/** What is sent, whichever endpoint it goes to. */
export type Outgoing = {
  path: string;
  /** Names and values in turn, without Host. */
  headers: string[];
  makeBody: () => RequestBody | null;
  /** The names of the trailers that follow the body; most requests have none. */
  trailers: readonly string[];
  timeouts: Timeouts;
  connectMs: number;
};

/** Hands the request to a connection of the attempt's endpoint. */
export function send(attempt: Attempt, method: string, outgoing: Outgoing): void {
  const { endpoint, body } = attempt;
  const { path, headers, trailers } = outgoing;
  if (trailers.length > 0 && body !== null) {
    return void sendWithTrailers(attempt, body, method, outgoing);
  }
  const host = ["host", endpoint.host, ...headers];
  const options = { path, method: method as Dispatcher.HttpMethod, headers: host, body };
  endpoint.pool.dispatch(options, attempt);
}
