import {
  type Revocation,
  type RevocationKind,
  revocationPageSize,
} from "@tollgate/shared/revocations/feed";
import { type Selectable, sql } from "kysely";
import { dependencyUnavailable } from "../problems.ts";
import type { Database } from "../store/database.ts";
import type { Tables } from "../store/tables.ts";
import { nextVersion } from "../store/versions.ts";
import {
  type Cursor,
  cursorOf,
  parseCursor,
  type RevocationStore,
  refuses,
  revocableBy,
} from "./revocation-store.ts";

type Row = Selectable<Tables["revocations"]>;

export function createPostgresRevocationStore(
  database: Database,
  now: () => number = Date.now,
): RevocationStore {
  const seconds = () => Math.floor(now() / 1_000);

  return {
    async add(revocations) {
      await database
        .transaction()
        .execute((transaction) => addRevocations(transaction, revocations));
    },

    async since(text) {
      const cursor = parseCursor(text);
      const known = cursor !== undefined && (await isKnown(database, cursor));
      const { head, rows } = await readPage(database, known ? cursor.seq : -1, seconds());
      const last = rows.length === revocationPageSize ? rows.at(-1) : undefined;
      const at = last && { seq: Number(last.seq), stamp: last.stamp };
      return { cursor: cursorOf(at ?? head), reset: !known, revocations: rows.map(entryOf) };
    },

    async isRevoked(token) {
      const named = revocableBy(token);
      if (named.length === 0) return false;
      const rows = await database
        .selectFrom("revocations")
        .selectAll()
        .where("expires_at", ">", String(seconds()))
        .where(({ or, and, eb }) =>
          or(named.map(([kind, value]) => and([eb("kind", "=", kind), eb("value", "=", value)]))),
        )
        .execute()
        .catch(unavailable);
      return rows.some((row) => refuses(entryOf(row), token));
    },

    async sweep() {
      const { numDeletedRows } = await database
        .deleteFrom("revocations")
        .where("expires_at", "<=", String(seconds()))
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}

/** Nobody's token is good while it is not known to be revoked, and nobody's is bad. */
function unavailable(cause: unknown): never {
  throw dependencyUnavailable({ cause });
}

/** For a change that is to be committed together with what it revokes. */
export async function addRevocations(
  transaction: Database,
  revocations: readonly Revocation[],
): Promise<void> {
  for (const { kind, value, not_before, expires_at } of revocations) {
    const { version: seq, stamp } = await nextVersion(transaction, "revocations");
    await transaction
      .insertInto("revocations")
      .values({ kind, value, seq, stamp, not_before, expires_at })
      .onConflict((conflict) =>
        conflict.columns(["kind", "value"]).doUpdateSet({
          seq,
          stamp,
          not_before: sql`greatest(revocations.not_before, excluded.not_before)`,
          expires_at: sql`greatest(revocations.expires_at, excluded.expires_at)`,
        }),
      )
      .execute();
  }
}

/** Is it the head, or an entry that is still there? A number alone could be another history's. */
async function isKnown(database: Database, { seq, stamp }: Cursor): Promise<boolean> {
  const { rows } = await sql`
    SELECT 1 FROM versions WHERE name = 'revocations' AND version = ${seq} AND stamp = ${stamp}
    UNION ALL
    SELECT 1 FROM revocations WHERE seq = ${seq} AND stamp = ${stamp}`.execute(database);
  return rows.length > 0;
}

/** Head and entries in one statement, which sees one moment: nothing is committed in between. */
async function readPage(database: Database, after: number, nowSeconds: number) {
  const { rows } = await sql<{ head_seq: string; head_stamp: string } & Row>`
    SELECT head.version AS head_seq, head.stamp AS head_stamp, page.*
    FROM versions head LEFT JOIN LATERAL (
      SELECT * FROM revocations
      WHERE seq > ${after} AND expires_at > ${nowSeconds}
      ORDER BY seq LIMIT ${revocationPageSize}
    ) page ON true
    WHERE head.name = 'revocations'
    ORDER BY page.seq`.execute(database);
  const [first] = rows;
  if (first === undefined) throw new Error("the versions have no row of the revocations");
  return {
    head: { seq: Number(first.head_seq), stamp: first.head_stamp },
    rows: rows.filter(({ kind }) => kind !== null),
  };
}

function entryOf({ kind, value, not_before, expires_at }: Row): Revocation {
  return {
    kind: kind as RevocationKind, // as the table's constraint has it
    value,
    not_before: Number(not_before),
    expires_at: Number(expires_at),
  };
}
