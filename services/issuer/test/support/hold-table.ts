import pg from "pg";
import { noticed } from "./noticed.ts";

/** Stops whoever reads a table, for a test to act while a request is under way. */
export async function holdTable({ ownerUrl }: { ownerUrl: string }, table: string) {
  const holder = new pg.Client({ connectionString: ownerUrl });
  await holder.connect();
  await holder.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
  const stopped = `SELECT 1 FROM pg_locks WHERE NOT granted AND relation = '${table}'::regclass`;
  return {
    someoneWaits: () => noticed(async () => (await holder.query(stopped)).rows.length > 0),
    [Symbol.asyncDispose]: () => holder.end(),
  };
}
