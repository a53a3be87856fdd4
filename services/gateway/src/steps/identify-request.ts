import { randomFillSync, randomUUID } from "node:crypto";
import type { Step } from "../context.ts";

const saneId = /^[\w-]{8,128}$/;
// https://www.w3.org/TR/trace-context/: version 00, ids that are not all zeros
const validTrace = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Names the request and its place in a trace: sane names of the client's are kept. */
export function identifyRequest(): Step {
  return function identifyRequest(ctx, next) {
    const { "x-request-id": given, traceparent } = ctx.req.headers;
    const { state } = ctx;
    state.begunAt = performance.now();
    state.requestId = typeof given === "string" && saneId.test(given) ? given : randomUUID();
    state.traceparent = nextSpan(traceparent);
    state.ownHeaders = ["x-request-id", state.requestId];
    return next();
  };
}

/** The same trace with a span of our own; a new, unsampled one where there is none. */
function nextSpan(given: string | string[] | undefined): string {
  if (typeof given === "string" && validTrace.test(given)) {
    return `${given.slice(0, 36)}${randomHex(8)}${given.slice(52)}`;
  }
  return `00-${randomHex(16)}-${randomHex(8)}-00`;
}

const pool = Buffer.alloc(4_096);
let used = pool.length;

/** Asking the kernel for 8 bytes costs more than the rest of this file: ask for many at once. */
function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString("hex", used - bytes, used);
}
