import { type Selectable, sql } from "kysely";
import type { Database } from "./database.ts";
import { type EngineStore, hashOf, rowOf, type StoredRecord } from "./engine-store.ts";
import { keepAuthorizations } from "./keep-authorizations.ts";
import type { Tables } from "./tables.ts";

export function createPostgresEngineStore(
  database: Database,
  now: () => number = Date.now,
): EngineStore {
  const records = () =>
    database.selectFrom("engine_records").selectAll().where("expires_at", ">", new Date(now()));

  return {
    async addOnce(key, expiresAt) {
      // A key that has expired and is not swept yet is free again.
      const { numInsertedOrUpdatedRows: written } = await database
        .insertInto("used_once")
        .values({ key, expires_at: expiresAt })
        .onConflict((conflict) =>
          conflict
            .column("key")
            .doUpdateSet({ expires_at: expiresAt })
            .where("used_once.expires_at", "<=", new Date(now())),
        )
        .executeTakeFirst();
      return written === 1n;
    },

    async put(record) {
      const row = rowOf(record);
      await database
        .insertInto("engine_records")
        .values(row)
        .onConflict((conflict) =>
          conflict
            .columns(["model", "id_hash"])
            .doUpdateSet({ ...row, uses: 0, first_used_at: null }),
        )
        .execute();
    },

    async replace(id, record, known) {
      return await database.transaction().execute(async (transaction) => {
        // Locked, so that of two who replace it the second sees what the first has written.
        const held = await transaction
          .selectFrom("engine_records")
          .select("payload")
          .where("model", "=", record.model)
          .where("id_hash", "=", hashOf(id))
          .where("expires_at", ">", new Date(now()))
          .forUpdate()
          .executeTakeFirst();
        if (held === undefined) return false;
        await transaction
          .updateTable("engine_records")
          .set(rowOf(keepAuthorizations(record, JSON.parse(held.payload), known)))
          .where("model", "=", record.model)
          .where("id_hash", "=", hashOf(id))
          .execute();
        return true;
      });
    },

    async find(model, id) {
      const found = records().where("model", "=", model).where("id_hash", "=", hashOf(id));
      return recordOf(await found.executeTakeFirst());
    },

    async findByUid(model, uid) {
      const found = records().where("model", "=", model).where("uid", "=", uid);
      return recordOf(await found.executeTakeFirst());
    },

    async consumeOnce(model, id, seenUses) {
      const { numUpdatedRows } = await database
        .updateTable("engine_records")
        .set({
          uses: seenUses + 1,
          first_used_at: sql`coalesce(first_used_at, ${new Date(now())})`,
        })
        .where("model", "=", model)
        .where("id_hash", "=", hashOf(id))
        .where("uses", "=", seenUses)
        .where("expires_at", ">", new Date(now()))
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },

    async destroy(model, id) {
      await database
        .deleteFrom("engine_records")
        .where("model", "=", model)
        .where("id_hash", "=", hashOf(id))
        .execute();
    },

    async destroyByUid(model, uid) {
      await database
        .deleteFrom("engine_records")
        .where("model", "=", model)
        .where("uid", "=", uid)
        .execute();
    },

    async revokeGrant(grantId) {
      await database
        .deleteFrom("engine_records")
        .where(({ and, eb, or }) =>
          or([
            eb("grant_id", "=", grantId),
            and([eb("model", "=", "Grant"), eb("id_hash", "=", hashOf(grantId))]),
          ]),
        )
        .execute();
    },

    async revokeAccount(accountId) {
      await database.deleteFrom("engine_records").where("account_id", "=", accountId).execute();
    },

    async sweep() {
      const swept = await Promise.all(
        (["engine_records", "used_once"] as const).map((table) =>
          database.deleteFrom(table).where("expires_at", "<=", new Date(now())).executeTakeFirst(),
        ),
      );
      return swept.reduce((sum, { numDeletedRows }) => sum + Number(numDeletedRows), 0);
    },
  };
}

function recordOf(row: Selectable<Tables["engine_records"]> | undefined): StoredRecord | undefined {
  if (row === undefined) return undefined;
  return {
    payload: JSON.parse(row.payload),
    uses: row.uses,
    firstUsedAt: row.first_used_at ?? undefined,
  };
}
