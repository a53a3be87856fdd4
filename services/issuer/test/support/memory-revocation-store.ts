import { randomUUID } from "node:crypto";
import { type Revocation, revocationPageSize } from "@tollgate/shared/revocations/feed";
import {
  type Cursor,
  cursorOf,
  parseCursor,
  type RevocationStore,
  refuses,
  revocableBy,
} from "../../src/revocation/revocation-store.ts";

type Entry = Revocation & Cursor;

/** The deny-list's contract in one process, for tests. */
export function createMemoryRevocationStore(now: () => number = Date.now): RevocationStore {
  let head: Cursor = { seq: 0, stamp: randomUUID() };
  let entries: Entry[] = [];
  const isAlive = ({ expires_at }: Revocation) => expires_at > Math.floor(now() / 1_000);
  const isNamed = (entry: Revocation, [kind, value]: readonly [string, string]) =>
    entry.kind === kind && entry.value === value;

  return {
    async add(revocations) {
      for (const added of revocations) {
        head = { seq: head.seq + 1, stamp: randomUUID() };
        const before = entries.find((entry) => isNamed(entry, [added.kind, added.value]));
        entries = entries.filter((entry) => entry !== before);
        entries.push({
          ...added,
          ...head,
          not_before: Math.max(added.not_before, before?.not_before ?? 0),
          expires_at: Math.max(added.expires_at, before?.expires_at ?? 0),
        });
      }
    },
    async since(text) {
      const cursor = parseCursor(text);
      const known = [head, ...entries].some((each) => cursorOf(each) === text);
      const after = known && cursor !== undefined ? cursor.seq : -1;
      const page = entries
        .filter((entry) => entry.seq > after && isAlive(entry))
        .slice(0, revocationPageSize);
      const last = page.length === revocationPageSize ? page.at(-1) : undefined;
      const revocations = page.map(({ seq: _seq, stamp: _stamp, ...entry }) => entry);
      return { cursor: cursorOf(last ?? head), reset: !known, revocations };
    },
    isRevoked: async (token) =>
      revocableBy(token).some((name) =>
        entries.some((entry) => isNamed(entry, name) && isAlive(entry) && refuses(entry, token)),
      ),
    async sweep() {
      const before = entries.length;
      entries = entries.filter(isAlive);
      return before - entries.length;
    },
  };
}
