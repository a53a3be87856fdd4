import { sql, type Transaction } from "kysely";
import { openDatabase } from "../store/database.ts";
import type { Tables } from "../store/tables.ts";

export type Books = { sql: Transaction<Tables>; tenant: string };

/** What was looked at, such as "3 invoices", and what does not agree, a sentence each. */
export type Verdict = { seen: string; faults: string[] };

/**
 * Looks at one tenant after the other, each in one moment of the database, and tells what it
 * finds. Logged in as the owner, the only one who may see which tenants there are.
 */
export async function verifyEveryTenant(
  ownerUrl: string,
  verify: (books: Books) => Promise<Verdict>,
  say: (line: string) => void,
): Promise<boolean> {
  await using database = openDatabase({ url: ownerUrl, poolSize: 1, queryTimeoutMs: 600_000 });
  const { db } = database;
  const tenants = await db.selectFrom("counter").select("tenant_id").distinct().execute();

  let isSound = true;
  for (const { tenant_id: tenant } of tenants.toSorted(byId)) {
    const reading = db
      .transaction()
      .setIsolationLevel("repeatable read")
      .setAccessMode("read only");
    const { seen, faults } = await reading.execute(async (trx) => {
      await sql`SELECT set_config('app.tenant_id', ${tenant}, true),
        set_config('app.access', 'staff', true)`.execute(trx);
      return await verify({ sql: trx, tenant });
    });
    if (faults.length > 0) isSound = false;
    say(`tenant ${tenant}: ${seen}, ${faults.length === 0 ? "all sound" : "NOT SOUND"}`);
    for (const fault of faults) say(`  ${fault}`);
  }
  if (tenants.length === 0) say("there are no tenants yet");
  return isSound;
}

function byId(a: { tenant_id: string }, b: { tenant_id: string }): number {
  return a.tenant_id < b.tenant_id ? -1 : 1;
}
