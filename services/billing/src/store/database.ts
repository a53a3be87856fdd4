import { discardStalled } from "@tollgate/shared/postgres/discard-stalled";
import { Kysely, PostgresDialect, sql } from "kysely";
import pg from "pg";
import type { Tables } from "./tables.ts";

export type Database = Kysely<Tables>;

export type DatabaseOptions = {
  url: string;
  poolSize: number;
  /** A connection broke while nobody used it; the next query opens another. */
  onBroken?: (error: Error) => void;
  queryTimeoutMs?: number;
};

/** Limits that hold from our side as well: a server that froze would otherwise hang a request. */
const acquireTimeoutMs = 3_000;
const defaultQueryTimeoutMs = 6_000;

/** A pool of connections. Opens none by itself, so that it can be made while PostgreSQL is down. */
export function openDatabase(options: DatabaseOptions) {
  const { url, poolSize, onBroken = () => {}, queryTimeoutMs = defaultQueryTimeoutMs } = options;
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: acquireTimeoutMs,
    query_timeout: queryTimeoutMs,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    application_name: "billing",
    types: { getTypeParser },
  });
  pool.on("error", onBroken);
  // A connection that breaks while it is checked out reports here too, and must not end the process.
  pool.on("connect", (client) => client.on("error", onBroken));
  const db: Database = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: discardStalled(pool) }),
  });
  return { db, pool, [Symbol.asyncDispose]: () => db.destroy() };
}

const { INT8, DATE } = pg.types.builtins;

/** int8 as bigint, because it is money; date as the text it is, because it has no time zone. */
const getTypeParser: pg.CustomTypesConfig["getTypeParser"] = (oid, format) => {
  if (oid === INT8) return (text: string) => BigInt(text);
  if (oid === DATE) return (text: string) => text;
  return pg.types.getTypeParser(oid, format);
};

/** Deletes expired idempotency keys of all tenants; true when there may be more. */
export async function sweepIdempotencyKeys(db: Database): Promise<boolean> {
  const swept = await sql<{ gone: bigint }>`SELECT sweep_idempotency_keys() AS gone`.execute(db);
  return (swept.rows[0]?.gone ?? 0n) >= 10_000n;
}
