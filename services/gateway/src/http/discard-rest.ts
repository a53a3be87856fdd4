import type { IncomingMessage } from "node:http";

const maxBytes = 16 * 1_048_576;
const maxMs = 5_000;

/**
 * Reads away what is left of a body that nobody wants any more, so that the client, still sending,
 * gets to read its answer: closing at once would reset the connection under it. For a while, and up
 * to an amount; then the connection is cut.
 */
export function discardRest(req: IncomingMessage): void {
  if (req.complete || req.destroyed) return;
  const cut = () => req.socket.destroy();
  const timer = setTimeout(cut, maxMs).unref();
  const done = () => clearTimeout(timer);
  let left = maxBytes;
  req.on("data", (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) cut();
  });
  req.once("end", done).once("close", done);
  req.resume();
}
