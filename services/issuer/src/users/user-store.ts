import type { Revocation } from "@tollgate/shared/revocations/feed";
import { insertAuditRows, type TimedRecord } from "../audit/audit-event.ts";
import { addRevocations } from "../revocation/postgres-revocation-store.ts";
import type { Database } from "../store/database.ts";
import { nextVersion } from "../store/versions.ts";

/** Null for a person of the file, of whom only the switch is here. */
export type StoredUser = {
  readonly sub: string;
  readonly definition: Record<string, unknown> | null;
  readonly enabled: boolean;
};

/** What is committed together with a change. */
export type BesideUser = {
  audit: readonly TimedRecord[];
  /** What ends what the person has; with `signsOut`, their sessions and refresh tokens as well. */
  revocations?: readonly Revocation[];
  signsOut?: boolean;
};

/** People and switches that are not in the file. A change and its audit are one transaction. */
export type UserStore = {
  all(): Promise<StoredUser[]>;
  /** Makes of one and all others, as they are at that moment, nobody else between, what is to be. */
  change(
    sub: string,
    to: (before: StoredUser | undefined, all: readonly StoredUser[]) => StoredUser,
    beside: BesideUser,
  ): Promise<void>;
};

export function createPostgresUserStore(database: Database): UserStore {
  return {
    all: () => readAll(database),

    change: (sub, to, { audit, revocations = [], signsOut = false }) =>
      database.transaction().execute(async (transaction) => {
        await nextVersion(transaction, "users"); // its row is the lock
        const all = await readAll(transaction);
        const { definition, enabled } = to(
          all.find((each) => each.sub === sub),
          all,
        );
        const row = { definition: definition && JSON.stringify(definition), enabled };
        await transaction
          .insertInto("users")
          .values({ sub, ...row })
          .onConflict((conflict) => conflict.column("sub").doUpdateSet(row))
          .execute();
        if (signsOut) {
          await transaction.deleteFrom("engine_records").where("account_id", "=", sub).execute();
        }
        await addRevocations(transaction, revocations);
        await insertAuditRows(transaction, audit);
      }),
  };
}

function readAll(database: Database): Promise<StoredUser[]> {
  return database.selectFrom("users").select(["sub", "definition", "enabled"]).execute();
}
