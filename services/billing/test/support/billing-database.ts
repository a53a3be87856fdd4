import { randomBytes } from "node:crypto";
import { provisionDatabase } from "@tollgate/shared/postgres/provision";
import pg from "pg";
import { migrateDatabase } from "../../src/store/migrate-database.ts";

const owner = { name: "billing_owner", password: "owner-for-tests" };
const app = { name: "billing_app", password: "app-for-tests" };

/** A migrated database of its own on the run's server, with the URLs of all three roles. */
export async function createBillingDatabase() {
  const adminUrl = process.env.TEST_POSTGRES_URL as string;
  const database = `billing_${randomBytes(6).toString("hex")}`;
  await provisionDatabase({ adminUrl, database, owner, app });
  const urlFor = (role?: { name: string; password: string }) => {
    const url = new URL(adminUrl);
    url.pathname = `/${database}`;
    if (role !== undefined) [url.username, url.password] = [role.name, role.password];
    return url.href;
  };
  await migrateDatabase(urlFor(owner), app.name);
  return {
    database,
    appUrl: urlFor(app),
    ownerUrl: urlFor(owner),
    superuserUrl: urlFor(),
    async [Symbol.asyncDispose]() {
      await query(adminUrl, `DROP DATABASE ${database} WITH (FORCE)`);
    },
  };
}

/** Runs statements on one connection, and gives back the rows of the last. */
export async function query(url: string, ...statements: string[]): Promise<pg.QueryResultRow[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let rows: pg.QueryResultRow[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}
