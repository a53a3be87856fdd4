import { setTimeout as pause } from "node:timers/promises";

/** Looks again and again until `isDone` accepts what it sees, and returns that. */
export async function until<T>(
  look: () => Promise<T>,
  isDone: (seen: T) => boolean,
  timeoutMs = 30_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (isDone(seen)) return seen;
    if (Date.now() > deadline) {
      throw new Error(`not within ${timeoutMs} ms; last seen: ${JSON.stringify(seen)}`);
    }
    await pause(200);
  }
}
