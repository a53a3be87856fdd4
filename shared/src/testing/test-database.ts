import { randomBytes } from "node:crypto";
import pg from "pg";

/** A database of its own on the run's server; `url` logs in as the superuser, and it is dropped. */
export async function createTestDatabase() {
  const serverUrl = process.env.TEST_POSTGRES_URL;
  if (serverUrl === undefined) throw new Error("TEST_POSTGRES_URL is set by Jest's global set-up");
  const name = `test_${randomBytes(6).toString("hex")}`;
  await asSuperuser(serverUrl, `CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    name,
    url: url.href,
    serverUrl,
    [Symbol.asyncDispose]: () =>
      asSuperuser(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

async function asSuperuser(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
