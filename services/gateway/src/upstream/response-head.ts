import { problem } from "../problems.ts";
import type { RouteEntry } from "../routes/schema.ts";
import { forwardedResponseHeaders } from "./headers.ts";

/** An answer's head as the client may have it. */
export type ResponseHead = {
  /** Names and values in turn. */
  readonly headers: string[];
  /** What Content-Length promises; NaN, which never counts down to zero, where it says nothing. */
  readonly length: number;
  /** What the upstream says of its trailers, where there can be any. */
  readonly trailer: string | undefined;
};

const maxHeaders = 100;

/**
 * Reads an answer's head. One whose length could be read in two ways is never passed on: the client
 * and we would not agree where it ends (RFC 9112 section 6.3).
 */
export function readResponseHead(
  raw: readonly (Buffer | string)[],
  method: string,
  status: number,
  entry: RouteEntry,
): ResponseHead {
  if (raw.length > maxHeaders * 2) throw broken(`more than ${maxHeaders} headers`);
  let length: string | undefined;
  let encoding: string | undefined;
  let trailer: string | undefined;
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] as Buffer | string;
    if (!lengths.has(name.length)) continue;
    const lower = name.toString().toLowerCase();
    const value = raw[index + 1]?.toString("latin1");
    if (lower === "content-length") length = only(length, lower, value);
    else if (lower === "transfer-encoding") encoding = only(encoding, lower, value);
    else if (lower === "trailer") trailer = value;
  }
  checkFraming(length, encoding);
  // Where node:http read them they are strings already, which toString leaves as they are.
  const headers = forwardedResponseHeaders(raw as readonly Buffer[], entry);
  if (status === 204 && length !== undefined) dropLength(headers);
  const hasBody = method !== "HEAD" && status !== 204 && status !== 304;
  return {
    headers,
    length: hasBody && length !== undefined ? Number(length) : Number.NaN,
    trailer: hasBody && encoding !== undefined ? trailer : undefined,
  };
}

/** RFC 9110 section 8.6: an answer that cannot have a body does not state its length. */
function dropLength(headers: string[]): void {
  for (let index = headers.length - 2; index >= 0; index -= 2) {
    if (headers[index]?.toLowerCase() === "content-length") headers.splice(index, 2);
  }
}

/** The lengths of the three names looked for: most headers are none of them. */
const lengths = new Set([7, 14, 17]);

function only(before: string | undefined, name: string, value: string | undefined) {
  if (before !== undefined) throw broken(`${name} twice`);
  return value;
}

function checkFraming(length: string | undefined, encoding: string | undefined): void {
  if (length !== undefined && !/^\d{1,15}$/.test(length)) throw broken("a bad content-length");
  if (encoding === undefined) return;
  if (length !== undefined) throw broken("content-length and transfer-encoding");
  if (encoding.trim().toLowerCase() !== "chunked") throw broken("an unknown transfer-encoding");
}

function broken(what: string) {
  return problem("upstream_broken", { cause: new Error(`its answer has ${what}`) });
}
