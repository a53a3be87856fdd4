import { randomInt, randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Answer, Client } from "./client.ts";

export type Write = {
  path: string;
  body: object;
  headers?: Record<string, string>;
};

export type Acknowledged = Write & { key: string; answer: Answer };

/**
 * Does what a careful client does: one Idempotency-Key for a write, which is asked again after a
 * lost connection, an overload or an outage until it is acknowledged. A refusal is an error.
 */
export function createStubbornWriter(client: Client, token: string) {
  /** What was met instead of an acknowledgement, such as "502 upstream_unreachable", and how often. */
  const failures = new Map<string, number>();
  let acknowledged = 0;

  const send = ({ path, body, headers }: Write, key: string, patienceMs = 30_000) =>
    client.post(path, body, { token, headers: { ...headers, "idempotency-key": key }, patienceMs });

  async function write(wanted: Write): Promise<Acknowledged> {
    const key = randomUUID();
    const deadline = Date.now() + longestMs;
    for (;;) {
      const answer = await send(wanted, key, somePatience()).catch(() => undefined);
      if (answer !== undefined && answer.status < 300) {
        acknowledged += 1;
        return { ...wanted, key, answer };
      }
      if (isRefusal(answer)) throw new Error(`${wanted.path}: ${answer?.status} ${answer?.text}`);
      const failure =
        answer === undefined ? "connection lost" : `${answer.status} ${answer.json.code}`;
      failures.set(failure, (failures.get(failure) ?? 0) + 1);
      if (Date.now() > deadline) throw new Error(`${wanted.path}: ${failure} to the end`);
      // Spread, so that those who failed together do not come back together.
      const seconds = Number(answer?.headers.get("retry-after") ?? 0.2);
      await pause(seconds * 1_000 * (1 + Math.random()));
    }
  }

  return { write, send, failures, acknowledged: () => acknowledged };
}

/** Stubborn, but not for ever. */
const longestMs = 90_000;

/** One in five hangs up too early, and does not know what became of its write. */
function somePatience(): number | undefined {
  return randomInt(5) === 0 ? randomInt(1, 2_000) : undefined;
}

/** An answer that another try would only get again. */
function isRefusal(answer: Answer | undefined): boolean {
  if (answer === undefined || answer.status >= 500 || answer.status === 429) return false;
  return answer.json.code !== "idempotency_in_progress";
}
