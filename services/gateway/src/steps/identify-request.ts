import { randomUUID } from "node:crypto";
import type { Step } from "../context.ts";
import { continueTrace } from "../http/trace-context.ts";

const saneId = /^[\w-]{8,128}$/;

/** Names the request and its place in a trace: sane names of the client's are kept. */
export function identifyRequest(): Step {
  return function identifyRequest(ctx, next) {
    const { "x-request-id": given, traceparent, tracestate } = ctx.req.headers;
    const { state } = ctx;
    state.begunAt = performance.now();
    state.requestId = typeof given === "string" && saneId.test(given) ? given : randomUUID();
    const trace = continueTrace(traceparent, tracestate);
    state.traceparent = trace.traceparent;
    state.tracestate = trace.tracestate;
    state.ownHeaders = ["x-request-id", state.requestId];
    return next();
  };
}
