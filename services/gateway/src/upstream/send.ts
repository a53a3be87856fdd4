import type { Socket } from "node:net";
import type { Dispatcher } from "undici";
import { problem } from "../problems.ts";
import type { OpenStreams } from "../upgrade/open-streams.ts";
import type { Attempt, Raw } from "./attempt.ts";
import type { Timeouts } from "./patience.ts";
import type { RequestBody } from "./request-body.ts";
import { sendWithTrailers } from "./send-with-trailers.ts";

/** The protocol to ask the upstream for, and who takes the connection once it agreed. */
export type Upgrade = {
  protocol: "websocket" | null;
  /** Throws a Problem where the upstream's 101 is not to be believed. */
  take(socket: Socket, rawHeaders: Raw): void;
};

/** For all but upgrades: undici breaks off where a 101 was not asked for, and so do we. */
export const noUpgrade: Upgrade = {
  protocol: null,
  take() {
    throw problem("upstream_broken");
  },
};

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
  upgrade: Upgrade;
  streams: OpenStreams;
};

/** Hands the request to a connection of the attempt's endpoint. */
export function send(attempt: Attempt, method: string, outgoing: Outgoing): void {
  const { endpoint, body } = attempt;
  const { path, headers, trailers, upgrade } = outgoing;
  if (trailers.length > 0 && body !== null) {
    return void sendWithTrailers(attempt, body, method, outgoing);
  }
  const host = ["host", endpoint.host, ...headers];
  endpoint.pool.dispatch(
    {
      path,
      method: method as Dispatcher.HttpMethod,
      headers: host,
      body,
      upgrade: upgrade.protocol,
    },
    attempt,
  );
}
