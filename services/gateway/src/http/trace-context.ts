import { randomFillSync } from "node:crypto";

/** A request's place in a trace, as it is told to the upstream (https://www.w3.org/TR/trace-context/). */
export type TraceContext = {
  traceparent: string;
  /** What other systems noted; only ever together with the traceparent that they noted it for. */
  tracestate: string | undefined;
};

// Ids that are not all zeros. A version above 00 may go on after the flags, behind a hyphen; ff is none.
const valid =
  /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(-.*)?$/;
const plainState = /^[\x20-\x7e\t]{1,512}$/;
/** Sampled, and random: what we know of the flags. Others must not be passed on. */
const knownFlags = 0b11;

/** The same trace with a span of our own; a new, unsampled one where none was given that is valid. */
export function continueTrace(given: unknown, state: unknown): TraceContext {
  const parts = typeof given === "string" ? valid.exec(given) : null;
  if (parts === null || (parts[1] === "00" && parts[4] !== undefined)) {
    return { traceparent: `00-${randomHex(16)}-${randomHex(8)}-00`, tracestate: undefined };
  }
  const flags = Number.parseInt(parts[3] as string, 16) & knownFlags;
  return {
    traceparent: `00-${parts[2]}-${randomHex(8)}-0${flags}`,
    tracestate: typeof state === "string" && plainState.test(state) ? state : undefined,
  };
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
