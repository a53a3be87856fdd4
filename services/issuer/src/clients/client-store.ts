import type { Revocation } from "@tollgate/shared/revocations/feed";
import { sql } from "kysely";
import { insertAuditRows, type TimedRecord } from "../audit/audit-event.ts";
import { addRevocations } from "../revocation/postgres-revocation-store.ts";
import type { Database } from "../store/database.ts";
import { nextVersion } from "../store/versions.ts";

/** Null for a client of the file, of which only the switch is here. */
export type StoredClient = {
  readonly client_id: string;
  readonly definition: Record<string, unknown> | null;
  readonly enabled: boolean;
};

/** What is committed together with a change. */
export type Beside = { revocations?: readonly Revocation[]; audit: readonly TimedRecord[] };

/** Clients and switches that are not in the file. A change and its audit are one transaction. */
export type ClientStore = {
  all(): Promise<StoredClient[]>;
  /** Changes one as it is at that moment, nobody else between; `undefined` removes it. */
  change(
    clientId: string,
    to: (before: StoredClient | undefined) => StoredClient | undefined,
    beside: Beside,
  ): Promise<void>;
};

export function createPostgresClientStore(database: Database): ClientStore {
  return {
    all: () =>
      database.selectFrom("clients").select(["client_id", "definition", "enabled"]).execute(),

    change: (clientId, to, { revocations = [], audit }) =>
      database.transaction().execute(async (transaction) => {
        await nextVersion(transaction, "clients"); // its row is the lock
        const before = await transaction
          .selectFrom("clients")
          .select(["client_id", "definition", "enabled"])
          .where("client_id", "=", clientId)
          .executeTakeFirst();
        await replace(transaction, clientId, to(before));
        await addRevocations(transaction, revocations);
        await insertAuditRows(transaction, audit);
      }),
  };
}

async function replace(transaction: Database, clientId: string, after: StoredClient | undefined) {
  await transaction.deleteFrom("clients").where("client_id", "=", clientId).execute();
  if (after === undefined) {
    return await forget(transaction, clientId);
  }
  const definition = after.definition && JSON.stringify(after.definition);
  await transaction
    .insertInto("clients")
    .values({ client_id: clientId, definition, enabled: after.enabled })
    .execute();
}

/** Whoever has this name next is somebody else: nobody has agreed to that, and nothing that was given is theirs. */
async function forget(transaction: Database, clientId: string): Promise<void> {
  await transaction.deleteFrom("consents").where("client_id", "=", clientId).execute();
  // Anybody may have had a NUL kept, in a `state` for one, at which jsonb would fail for all.
  const payload = sql`replace(payload, '\\u0000', '\\u0001')::jsonb`;
  await sql`
    DELETE FROM engine_records
    WHERE ${payload} ->> 'clientId' = ${clientId}
      OR ${payload} -> 'params' ->> 'client_id' = ${clientId}`.execute(transaction);
}
