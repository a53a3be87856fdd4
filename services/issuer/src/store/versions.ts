import { sql } from "kysely";
import type { Database } from "./database.ts";

/** What replicas follow: each has a number that grows, and a stamp of that number. */
export type VersionName = "keys" | "clients" | "users" | "revocations" | "attempts";
export type Version = { readonly version: number; readonly stamp: string };

export type Versions = Readonly<Record<VersionName, Version>>;

export async function readVersions(database: Database): Promise<Versions> {
  const rows = await database.selectFrom("versions").selectAll().execute();
  const found = rows.map(({ name, version, stamp }) => [name, { version: Number(version), stamp }]);
  // The migration made a row of each name.
  return Object.fromEntries(found) as Versions;
}

/**
 * Takes the next number, inside the transaction that makes the change: until that has ended nobody
 * else gets one, so that numbers are committed in their order.
 */
export async function nextVersion(transaction: Database, name: VersionName): Promise<Version> {
  const row = await transaction
    .updateTable("versions")
    .set({ version: sql`version + 1`, stamp: sql`gen_random_uuid()` })
    .where("name", "=", name)
    .returning(["version", "stamp"])
    .executeTakeFirstOrThrow();
  return { version: Number(row.version), stamp: row.stamp };
}

/** The same, unless somebody was faster: then undefined, and nothing may be changed. */
export async function nextVersionIf(
  transaction: Database,
  name: VersionName,
  expected: number,
): Promise<Version | undefined> {
  const row = await transaction
    .updateTable("versions")
    .set({ version: sql`version + 1`, stamp: sql`gen_random_uuid()` })
    .where("name", "=", name)
    .where("version", "=", String(expected))
    .returning(["version", "stamp"])
    .executeTakeFirst();
  return row && { version: Number(row.version), stamp: row.stamp };
}
