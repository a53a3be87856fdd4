import type { Revocation } from "@tollgate/shared/revocations/feed";
import type { AsymmetricAlgorithm } from "@tollgate/shared/tokens/verify-signature";
import type { JWK } from "jose";
import type { Selectable } from "kysely";
import { insertAuditRows, type TimedRecord } from "../audit/audit-event.ts";
import { addRevocations } from "../revocation/postgres-revocation-store.ts";
import type { Database } from "../store/database.ts";
import type { Tables } from "../store/tables.ts";
import { nextVersionIf, type Version } from "../store/versions.ts";
import type { KeyState, SigningKey } from "./signing-key.ts";
import { unwrap, type WrappingKeys, wrap } from "./wrapping-keys.ts";

export type KeyRing = Version & { readonly keys: readonly SigningKey[] };

/** What one change of the ring writes: all of it, or nothing. */
export type RingChange = {
  readonly made: readonly SigningKey[];
  readonly activated: readonly string[];
  readonly retired: readonly string[];
  readonly dropped: readonly string[];
  readonly at: Date;
  readonly revocations: readonly Revocation[];
  readonly audit: readonly TimedRecord[];
};

/** Where the ring lives: changed by compare-and-set, so that of several replicas one rotates. */
export type KeyStore = {
  read(): Promise<KeyRing>;
  /** False, and nothing has changed, if the ring is not at this version any more. */
  rotateIf(version: number, change: RingChange): Promise<boolean>;
};

export function createPostgresKeyStore(database: Database, wrappingKeys: WrappingKeys): KeyStore {
  return {
    // The version first: a ring that is newer than its version is read again, never the reverse.
    async read() {
      const { version, stamp } = await database
        .selectFrom("versions")
        .select(["version", "stamp"])
        .where("name", "=", "keys")
        .executeTakeFirstOrThrow();
      const rows = await database
        .selectFrom("signing_keys")
        .selectAll()
        .orderBy("created_at")
        .orderBy("kid")
        .execute();
      const keys = rows.map((row) => keyOf(row, wrappingKeys));
      return { version: Number(version), stamp, keys };
    },

    rotateIf: (version, change) =>
      database.transaction().execute(async (transaction) => {
        if ((await nextVersionIf(transaction, "keys", version)) === undefined) return false;
        await writeChange(transaction, change, wrappingKeys);
        await addRevocations(transaction, change.revocations);
        await insertAuditRows(transaction, change.audit);
        return true;
      }),
  };
}

/** In this order: there is one active and one next key an algorithm at any moment. */
async function writeChange(transaction: Database, change: RingChange, wrappingKeys: WrappingKeys) {
  for (const kid of change.dropped) {
    await transaction.deleteFrom("signing_keys").where("kid", "=", kid).execute();
  }
  for (const kid of change.retired) {
    // The private half is destroyed here: nothing will be signed with it again.
    const ended = { wrapped_by: null, wrapped_private_jwk: null, retired_at: change.at };
    await transaction
      .updateTable("signing_keys")
      .set({ state: "retired", ...ended })
      .where("kid", "=", kid)
      .execute();
  }
  for (const kid of change.activated) {
    await transaction
      .updateTable("signing_keys")
      .set({ state: "active", activated_at: change.at })
      .where("kid", "=", kid)
      .execute();
  }
  for (const key of change.made) await insertKey(transaction, wrappingKeys, key);
}

function keyOf(row: Selectable<Tables["signing_keys"]>, wrappingKeys: WrappingKeys): SigningKey {
  return {
    kid: row.kid,
    // The table's constraints keep these two to the values that the types name.
    algorithm: row.algorithm as AsymmetricAlgorithm,
    state: row.state as KeyState,
    publicJwk: JSON.parse(row.public_jwk),
    privateJwk: openPrivate(row, wrappingKeys),
    publishedAt: row.created_at,
    activatedAt: row.activated_at ?? undefined,
    retiredAt: row.retired_at ?? undefined,
  };
}

function openPrivate(
  row: Selectable<Tables["signing_keys"]>,
  wrappingKeys: WrappingKeys,
): JWK | undefined {
  const { kid, wrapped_by: wrappedBy, wrapped_private_jwk: wrapped } = row;
  if (wrappedBy === null || wrapped === null) return undefined;
  return JSON.parse(unwrap(wrappingKeys, kid, { wrappedBy, wrapped }).toString("utf8"));
}

async function insertKey(database: Database, wrappingKeys: WrappingKeys, key: SigningKey) {
  const secret = Buffer.from(JSON.stringify(key.privateJwk));
  const { wrappedBy, wrapped } = wrap(wrappingKeys, key.kid, secret);
  await database
    .insertInto("signing_keys")
    .values({
      kid: key.kid,
      algorithm: key.algorithm,
      state: key.state,
      public_jwk: JSON.stringify(key.publicJwk),
      wrapped_by: wrappedBy,
      wrapped_private_jwk: wrapped,
      created_at: key.publishedAt,
      activated_at: key.activatedAt ?? null,
    })
    .execute();
}
