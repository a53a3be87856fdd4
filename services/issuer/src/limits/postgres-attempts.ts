import { type RawBuilder, sql } from "kysely";
import { dependencyUnavailable } from "../problems.ts";
import type { Database } from "../store/database.ts";
import { type AttemptStore, attemptKey, type Lane } from "./attempts.ts";

/** More than that are not kept in mind; the store refuses them all the same once they fail again. */
const mostFollowed = 10_000;

export function createPostgresAttempts(
  database: Database,
  now: () => number = Date.now,
): AttemptStore {
  return {
    take: guarded(async (lane, name) => {
      const [key, at] = [attemptKey(lane, name), now()];
      const failures = sql`CASE WHEN a.expires_at <= ${at} THEN 1 ELSE a.failures + 1 END`;
      const [first, next] = [restUntil(sql`1`, lane, at), restUntil(failures, lane, at)];
      const { rows } = await sql<{ rests_until: string }>`
        WITH taken AS (
          INSERT INTO attempts AS a (key, followed, failures, rests_until, expires_at)
          VALUES (${key}, ${lane.followed ?? false}, 1, ${first}, greatest(${first}, ${at}) + ${lane.forgetMs})
          ON CONFLICT (key) DO UPDATE SET
            failures = ${failures},
            rests_until = ${next},
            expires_at = greatest(${next}, ${at}) + ${lane.forgetMs}
          WHERE a.rests_until <= ${at}
          RETURNING followed, rests_until
        ), told AS (
          UPDATE versions SET version = version + 1, stamp = gen_random_uuid()
          WHERE name = 'attempts'
            AND EXISTS (SELECT 1 FROM taken WHERE followed AND rests_until > ${at})
        )
        SELECT rests_until FROM taken`.execute(database);
      const [taken] = rows;
      return { admitted: taken !== undefined, restsUntil: Number(taken?.rests_until ?? 0) };
    }),

    giveBack: guarded(async (lane, name) => {
      const key = attemptKey(lane, name);
      await sql`
        UPDATE attempts SET failures = failures - 1, rests_until = 0
        WHERE key = ${key} AND failures > 0`.execute(database);
      // Names that are made up would fill the table as fast as they come, where no failure slows them.
      await sql`DELETE FROM attempts WHERE key = ${key} AND failures = 0`.execute(database);
    }),

    clear: guarded(async (lane, name) => {
      await database.deleteFrom("attempts").where("key", "=", attemptKey(lane, name)).execute();
    }),

    async resting() {
      const rows = await database
        .selectFrom("attempts")
        .select(["key", "rests_until"])
        .where("followed", "=", true)
        .where("rests_until", ">", String(now()))
        .orderBy("rests_until", "desc")
        .limit(mostFollowed)
        .execute();
      return new Map(rows.map(({ key, rests_until }) => [key, Number(rests_until)]));
    },

    async sweep() {
      const { numDeletedRows } = await database
        .deleteFrom("attempts")
        .where("expires_at", "<=", String(now()))
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}

/** Since when `restAfter` is over, where the count is known; 0 without a rest, on whatever clock. */
function restUntil(failures: RawBuilder<unknown>, lane: Lane, at: number) {
  const { free, firstMs, longestMs } = lane;
  const doubled = sql`${firstMs}::bigint * power(2, least(${failures} - ${free}, 40))`;
  return sql`CASE WHEN ${failures} < ${free} THEN 0
    ELSE ${at}::bigint + least(${doubled}, ${longestMs})::bigint END`;
}

function guarded<T>(operation: (lane: Lane, key: string) => Promise<T>) {
  return async (lane: Lane, key: string): Promise<T> => {
    try {
      return await operation(lane, key);
    } catch (cause) {
      const detail = "Attempts cannot be counted at the moment";
      throw dependencyUnavailable({ detail, cause });
    }
  };
}
