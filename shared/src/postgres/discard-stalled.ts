import type { PostgresPool, PostgresPoolClient } from "kysely";
import type pg from "pg";

/**
 * A pool for Kysely that never hands on a connection on which a query was given up: whoever got it
 * next would wait for the same silence, until TCP gives up after minutes.
 */
export function discardStalled(pool: pg.Pool): PostgresPool {
  return {
    options: pool.options,
    connect: async () => asKyselyClient(await pool.connect()),
    end: () => pool.end(),
  };
}

function asKyselyClient(client: pg.PoolClient): PostgresPoolClient {
  let isStalled = false;

  async function query(text: string, parameters: readonly unknown[]) {
    // The rollback of what was given up would only wait behind it.
    if (isStalled) throw new Error("Connection terminated: an earlier query had no answer");
    try {
      return await client.query(text, [...parameters]);
    } catch (error) {
      isStalled = isGivenUp(error);
      throw error;
    }
  }

  return {
    // Kysely's second form takes a cursor, which needs a package that nobody here has.
    query: query as unknown as PostgresPoolClient["query"],
    release: (destroy = false) => client.release(destroy || isStalled),
  };
}

/** What `pg` says, without a code, when its `query_timeout` has passed. */
function isGivenUp(error: unknown): boolean {
  return error instanceof Error && error.message === "Query read timeout";
}
