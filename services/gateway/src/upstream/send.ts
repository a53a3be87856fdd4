import type { Dispatcher } from "undici";
import type { Attempt } from "./attempt.ts";
import type { Timeouts } from "./patience.ts";
import type { RequestBody } from "./request-body.ts";

/** What is sent, whichever endpoint it goes to. */
export type Outgoing = {
  path: string;
  /** Names and values in turn, without Host. */
  headers: string[];
  makeBody: () => RequestBody | null;
  timeouts: Timeouts;
};

/** Hands the request to a connection of the attempt's endpoint. */
export function send(attempt: Attempt, method: string, { path, headers }: Outgoing): void {
  const { endpoint, body } = attempt;
  const host = ["host", endpoint.host, ...headers];
  const options = { path, method: method as Dispatcher.HttpMethod, headers: host, body };
  endpoint.pool.dispatch(options, attempt);
}
