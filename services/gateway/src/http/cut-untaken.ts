import type { ServerResponse } from "node:http";

/**
 * The last of an answer was handed over, and the client has not taken it all. It gets the idle time
 * for that: nobody else looks at the connection any more, and one that is never read stays for ever.
 */
export function cutUntaken(res: ServerResponse, idleMs: number): void {
  if (res.writableLength === 0 || res.destroyed) return;
  const cut = setTimeout(() => res.socket?.resetAndDestroy(), idleMs);
  res.once("close", () => clearTimeout(cut));
}
