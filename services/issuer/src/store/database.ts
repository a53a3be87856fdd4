import type { Log } from "@tollgate/shared/log";
import { discardStalled } from "@tollgate/shared/postgres/discard-stalled";
import { Kysely, PostgresDialect, sql } from "kysely";
import pg from "pg";
import type { Tables } from "./tables.ts";

export type Database = Kysely<Tables>;

/** A pool that connects when it is used: a database that is down is no reason not to start. */
export function openDatabase(url: string, log: Log): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 2_000,
    idleTimeoutMillis: 30_000,
    statement_timeout: 5_000,
    query_timeout: 6_000,
    application_name: "tollgate issuer",
  });
  // An idle connection that breaks is replaced at the next use; unheard, the event would end us.
  pool.on("error", (err) => log.warn({ event: "database_connection_lost", reason: err.message }));
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: discardStalled(pool) }) });
}

/** Rejects with the reason while the database cannot be used. */
export async function pingDatabase(database: Database): Promise<void> {
  try {
    await sql`SELECT 1`.execute(database);
  } catch (error) {
    throw new Error(databaseReason(error), { cause: error });
  }
}

/** Why a query failed, in one line. */
export function databaseReason(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  if (code === "42P01") return "the database has no tables yet: its migrations have not run";
  return message || code || "the database does not answer";
}
