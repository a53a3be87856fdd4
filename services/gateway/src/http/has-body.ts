import type { IncomingMessage } from "node:http";

/** Does a body follow these headers? Framing was checked before. */
export function hasBody({ headers }: IncomingMessage): boolean {
  if (headers["transfer-encoding"] !== undefined) return true;
  const length = headers["content-length"];
  return length !== undefined && Number(length) > 0;
}
