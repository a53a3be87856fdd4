import { type AttemptStore, attemptKey, restAfter } from "../../src/limits/attempts.ts";

type Row = { failures: number; restsUntil: number; expiresAt: number; followed: boolean };

/** The contract in one process, for tests: each operation happens at once. */
export function createMemoryAttempts(now: () => number = Date.now): AttemptStore {
  const rows = new Map<string, Row>();

  return {
    async take(lane, name) {
      const key = attemptKey(lane, name);
      const found = rows.get(key);
      if (found && found.restsUntil > now()) return { admitted: false, restsUntil: 0 };
      const failures = found && found.expiresAt > now() ? found.failures + 1 : 1;
      const rest = restAfter(failures, lane);
      const restsUntil = rest === 0 ? 0 : now() + rest;
      const expiresAt = now() + rest + lane.forgetMs;
      rows.set(key, { failures, restsUntil, expiresAt, followed: lane.followed ?? false });
      return { admitted: true, restsUntil };
    },
    async giveBack(lane, name) {
      const key = attemptKey(lane, name);
      const row = rows.get(key);
      if (row === undefined) return;
      row.failures -= 1;
      row.restsUntil = 0;
      if (row.failures === 0) rows.delete(key);
    },
    async clear(lane, name) {
      rows.delete(attemptKey(lane, name));
    },
    async resting() {
      const found = [...rows].filter(([, row]) => row.followed && row.restsUntil > now());
      return new Map(found.map(([key, row]) => [key, row.restsUntil]));
    },
    async sweep() {
      const expired = [...rows].filter(([, row]) => row.expiresAt <= now());
      for (const [key] of expired) rows.delete(key);
      return expired.length;
    },
  };
}
