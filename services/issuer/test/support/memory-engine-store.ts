import { type EngineStore, rowOf, type StoredRecord } from "../../src/store/engine-store.ts";
import { keepAuthorizations } from "../../src/store/keep-authorizations.ts";

type Row = ReturnType<typeof rowOf> & { uses: number; firstUsedAt: Date | undefined };

/** The store's contract in one process, for tests: each operation happens at once. */
export function createMemoryEngineStore(now: () => number = Date.now): EngineStore {
  const rows = new Map<string, Row>();
  const used = new Map<string, Date>();
  const alive = (row: { expires_at: Date }) => row.expires_at.getTime() > now();
  const keyOf = (row: { model: string; id_hash: string }) => `${row.model}:${row.id_hash}`;
  const at = (model: string, id: string) =>
    keyOf(rowOf({ model, id, payload: {}, expiresAt: new Date(0) }));

  return {
    async addOnce(key, expiresAt) {
      const until = used.get(key);
      if (until !== undefined && until.getTime() > now()) return false;
      used.set(key, expiresAt);
      return true;
    },
    async put(record) {
      const row = rowOf(record);
      rows.set(keyOf(row), { ...row, uses: 0, firstUsedAt: undefined });
    },
    async replace(id, record, known) {
      const old = rows.get(at(record.model, id));
      if (old === undefined || !alive(old)) return false;
      const row = rowOf(keepAuthorizations(record, JSON.parse(old.payload), known));
      rows.delete(keyOf(old));
      rows.set(keyOf(row), { ...old, ...row });
      return true;
    },
    find: async (model, id) => recordOf(rows.get(at(model, id)), alive),
    findByUid: async (model, uid) =>
      recordOf(
        rows.values().find((row) => row.model === model && row.uid === uid && alive(row)),
        alive,
      ),
    async consumeOnce(model, id, seenUses) {
      const row = rows.get(at(model, id));
      if (row === undefined || row.uses !== seenUses || !alive(row)) return false;
      row.uses += 1;
      row.firstUsedAt ??= new Date(now());
      return true;
    },
    async destroy(model, id) {
      rows.delete(at(model, id));
    },
    async destroyByUid(model, uid) {
      for (const [key, row] of rows) if (row.model === model && row.uid === uid) rows.delete(key);
    },
    async revokeGrant(grantId) {
      rows.delete(at("Grant", grantId));
      for (const [key, row] of rows) if (row.grant_id === grantId) rows.delete(key);
    },
    async revokeAccount(accountId) {
      for (const [key, row] of rows) if (row.account_id === accountId) rows.delete(key);
    },
    async sweep() {
      const expired = [...rows].filter(([, row]) => !alive(row));
      const spent = [...used].filter(([, until]) => until.getTime() <= now());
      for (const [key] of expired) rows.delete(key);
      for (const [key] of spent) used.delete(key);
      return expired.length + spent.length;
    },
  };
}

function recordOf(row: Row | undefined, alive: (row: Row) => boolean): StoredRecord | undefined {
  if (row === undefined || !alive(row)) return undefined;
  return { payload: JSON.parse(row.payload), uses: row.uses, firstUsedAt: row.firstUsedAt };
}
