import type { Socket } from "node:net";

const condemned = new WeakSet<Socket>();

/**
 * A malformed request's connection is not read on: where that request ended is not certain, and what
 * follows may have been meant as part of it (RFC 9112 section 11.2).
 */
export function condemn(connection: Socket): void {
  condemned.add(connection);
}

/** What comes on it is refused, also what was read before the refusal could be sent. */
export function isCondemned(connection: Socket): boolean {
  return condemned.has(connection);
}
