import type { Problem } from "@tollgate/shared/problem";
import type { Caller } from "@tollgate/shared/tokens/caller";
import type { ParameterizedContext } from "koa";
import type { Target } from "./http/read-target.ts";
import type { Route } from "./routes/route-table.ts";
import type { Cause } from "./upgrade/open-streams.ts";
import type { Traffic } from "./upgrade/tunnel.ts";

/** What each step leaves on the request for those behind it. */
export type GatewayState = {
  /** identifyRequest */
  requestId: string;
  traceparent: string;
  tracestate: string | undefined;
  /** Milliseconds of the monotonic clock. */
  begunAt: number;
  /** What the gateway adds to the answer, name before value: a flat list, as it is written. */
  ownHeaders: string[];
  /** canonicalise */
  target: Target;
  /** matchRoute */
  route: Route;
  /** authenticate, where the route asks for it */
  caller?: Caller;
  /** authorize, where the route names identity headers: a flat list, name before value */
  identity?: string[];
  /** reportProblems: why it was refused, for the access line */
  problem?: Problem;
  /** forward: milliseconds until it was decided that the request goes on */
  decidedMs?: number;
  upstream?: string;
  /** Milliseconds from the hand-over to the upstream's first byte. */
  upstreamMs?: number;
  /** What went through the tunnel that it became. */
  tunnel?: Traffic;
  /** Why a stream was ended by the gateway, if it was. */
  endedBy?: Cause;
};

export type GatewayContext = ParameterizedContext<GatewayState>;
/** `next` gives a promise only where a step behind it has to wait for something. */
export type Step = (ctx: GatewayContext, next: () => unknown) => unknown;
