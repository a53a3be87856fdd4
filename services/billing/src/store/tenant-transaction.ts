import { setTimeout as wait } from "node:timers/promises";
import { sql, type Transaction } from "kysely";
import type { Principal } from "../principal.ts";
import type { Database } from "./database.ts";
import { isWorthRetrying, nameFailure } from "./failures.ts";
import type { RoleGuard } from "./role-guard.ts";
import type { Tables } from "./tables.ts";

/** A transaction on behalf of one caller. Queries are only ever written against this. */
export type TenantTransaction = {
  readonly sql: Transaction<Tables>;
  readonly principal: Principal;
  readonly requestId: string;
  readonly now: Date;
};

export type Occasion = Omit<TenantTransaction, "sql">;

export type RunInTenant = <T>(
  mode: "read only" | "read write",
  occasion: Occasion,
  work: (tx: TenantTransaction) => Promise<T>,
) => Promise<T>;

export type TenantTransactionDeps = { db: Database; guard: RoleGuard; onRetry?: () => void };

const attempts = 4;

/**
 * Runs work in one transaction that sees its caller's tenant alone. Work may run again when it
 * lost against another transaction, so it must have no effect outside of its transaction.
 */
export function createRunInTenant({ db, guard, onRetry }: TenantTransactionDeps): RunInTenant {
  return async function runInTenant(mode, occasion, work) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await guard.check();
        return await once(db, mode, occasion, work);
      } catch (error) {
        if (attempt === attempts || !isWorthRetrying(error)) throw nameFailure(error);
        onRetry?.();
        await wait(Math.random() * 20 * attempt);
      }
    }
  };
}

async function once<T>(
  db: Database,
  mode: "read only" | "read write",
  occasion: Occasion,
  work: (tx: TenantTransaction) => Promise<T>,
): Promise<T> {
  let failure: { error: unknown } | undefined;
  // A reader sees one moment. A writer must see what was committed while it waited for its locks.
  const isolation = mode === "read only" ? "repeatable read" : "read committed";
  const transaction = db.transaction().setIsolationLevel(isolation).setAccessMode(mode);
  try {
    return await transaction.execute(async (trx) => {
      try {
        await becomeTenant(trx, occasion.principal);
        return await work({ ...occasion, sql: trx });
      } catch (error) {
        failure = { error };
        throw error;
      }
    });
  } catch (error) {
    // When the connection broke, the rollback fails as well and would hide why.
    throw failure?.error ?? error;
  }
}

/** Settings of this transaction alone (`true`): none can leak to the connection's next user. */
async function becomeTenant(trx: Transaction<Tables>, principal: Principal): Promise<void> {
  const { tenant, access, subject } = principal;
  await sql`SELECT set_config('app.tenant_id', ${tenant}, true),
    set_config('app.access', ${access}, true), set_config('app.sub', ${subject}, true),
    set_config('statement_timeout', '4s', true), set_config('lock_timeout', '3s', true),
    set_config('idle_in_transaction_session_timeout', '10s', true)`.execute(trx);
}
