import { randomBytes } from "node:crypto";
import { provisionDatabase } from "@tollgate/shared/postgres/provision";
import pg from "pg";
import { migrateDatabase } from "../../src/store/migrate-database.ts";

/** A migrated database with its two roles; `url` logs in as the role that owns nothing. */
export async function createIssuerDatabase() {
  const adminUrl = process.env.TEST_POSTGRES_URL ?? "";
  const name = `issuer_${randomBytes(6).toString("hex")}`;
  const owner = { name: `${name}_owner`, password: "owner's own" };
  const app = { name: `${name}_app`, password: "app/pass%word" };
  await provisionDatabase({ adminUrl, database: name, owner, app });
  const ownerUrl = loginAs(adminUrl, name, owner);
  await migrateDatabase(ownerUrl, app.name);
  return {
    name,
    url: loginAs(adminUrl, name, app),
    ownerUrl,
    appRole: app.name,
    run: (statement: string) => queryAs(ownerUrl, statement),
    /** Nobody can log in any more, and who is logged in is thrown out. */
    async takeDown() {
      await queryAs(adminUrl, `ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
      await queryAs(
        adminUrl,
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`,
      );
    },
    bringBack: () => queryAs(adminUrl, `ALTER DATABASE ${name} ALLOW_CONNECTIONS true`),
    [Symbol.asyncDispose]: async () => {
      await queryAs(adminUrl, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function queryAs(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

function loginAs(url: string, database: string, role: { name: string; password: string }): string {
  const login = new URL(url);
  login.pathname = `/${database}`;
  login.username = role.name;
  login.password = encodeURIComponent(role.password);
  return login.href;
}
