import type { Socket } from "node:net";
import type { GatewayContext } from "../context.ts";
import { problem } from "../problems.ts";
import type { Raw } from "../upstream/attempt.ts";
import { forwardedResponseHeaders } from "../upstream/headers.ts";
import type { Upgrade } from "../upstream/send.ts";
import type { OpenStreams } from "./open-streams.ts";
import { Tunnel } from "./tunnel.ts";
import type { UpgradeResponse } from "./upgrade-response.ts";
import { faultOfAnswer } from "./websocket-handshake.ts";

export type Tunnels = {
  /** What the upstream is asked for; throws where this route or this process takes no upgrade. */
  prepare(ctx: GatewayContext, res: UpgradeResponse): Upgrade;
  /** Those that are open or about to be. */
  readonly size: number;
};

export type TunnelsDeps = {
  /** How many this process carries at once. */
  max: number;
  streams: OpenStreams;
  /** How many requests are under way: a tunnel that is open is none of them. */
  traffic: { active: number };
};

/**
 * Tunnels for WebSockets, on routes that ask for them. Origin is passed on as it came: the gateway
 * takes no cookie for a credential, so a foreign page has none to ride on; a service that takes one
 * must judge Origin itself (cross-site hijacking, RFC 6455 section 10.2).
 */
export function createTunnels({ max, streams, traffic }: TunnelsDeps): Tunnels {
  let size = 0;

  return {
    get size() {
      return size;
    },
    prepare(ctx, res) {
      // RFC 6455 section 4.2.2 names 403 for a handshake that the server does not wish to accept.
      if (!ctx.state.route.entry.websocket) throw problem("upgrade_not_accepted");
      if (size >= max) throw problem("too_many_tunnels", { headers: { "retry-after": "5" } });
      size += 1;
      res.once("close", () => {
        size -= 1;
      });
      return {
        protocol: "websocket",
        take: (upstream, rawHeaders) => open(ctx, res, upstream, rawHeaders),
      };
    },
  };

  function open(
    ctx: GatewayContext,
    res: UpgradeResponse,
    upstream: Socket,
    rawHeaders: Raw,
  ): void {
    const { req, state } = ctx;
    const fault = faultOfAnswer(rawHeaders, req.headers["sec-websocket-key"]);
    if (fault !== undefined) throw problem("upstream_broken", { cause: new Error(fault) });
    upstream.allowHalfOpen = true;
    upstream.on("error", ignored);
    const headers = withoutLength(
      forwardedResponseHeaders(rawHeaders as Buffer[], state.route.entry),
    );
    const client = res.accept([...headers, ...state.ownHeaders]);
    traffic.active -= 1;
    res.once("close", () => {
      traffic.active += 1; // for whoever counts the request's end now
    });
    state.tunnel = { receivedBytes: 0, sentBytes: 0 };
    const idleMs = state.route.entry.timeouts.idle;
    const onOver = () => over();
    const tunnel = new Tunnel({ client, upstream }, { idleMs, traffic: state.tunnel, onOver });
    const over = streams.add(state.caller, (cause) => tunnel.end(cause));
  }
}

/** RFC 9110 section 8.6: a 101 has no length; whoever believed one would cut the stream wrongly. */
function withoutLength(headers: readonly string[]): string[] {
  return headers.filter(
    (_, index) => headers[index - (index % 2)]?.toLowerCase() !== "content-length",
  );
}

function ignored(): void {}
