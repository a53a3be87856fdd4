import type { AsymmetricAlgorithm } from "@tollgate/shared/tokens/verify-signature";
import type { JWK } from "jose";
import { type Selectable, sql } from "kysely";
import type { Database, Tables } from "../store/database.ts";
import { generateSigningKey, type KeyState, type SigningKey } from "./signing-key.ts";
import { unwrap, type WrappingKeys, wrap } from "./wrapping-keys.ts";

/**
 * The signing keys, with an active one for each algorithm: what is missing is made. Every key that
 * is stored must open first, so that a lost wrapping key never leads to a new key silently.
 */
export async function loadSigningKeys(
  database: Database,
  wrappingKeys: WrappingKeys,
  algorithms: readonly AsymmetricAlgorithm[],
): Promise<SigningKey[]> {
  const found = await readKeys(database, wrappingKeys);
  if (algorithms.every((algorithm) => hasActive(found, algorithm))) return found;

  return await database.transaction().execute(async (transaction) => {
    // One of several replicas that start at once makes the key; the others wait here and find it.
    await sql`SELECT pg_advisory_xact_lock(hashtextextended('tollgate signing keys', 0))`.execute(
      transaction,
    );
    const keys = await readKeys(transaction, wrappingKeys);
    for (const algorithm of algorithms) {
      if (hasActive(keys, algorithm)) continue;
      const made = await generateSigningKey(algorithm, "active");
      await insertKey(transaction, wrappingKeys, made);
      keys.push(made);
    }
    return keys;
  });
}

function hasActive(keys: readonly SigningKey[], algorithm: AsymmetricAlgorithm): boolean {
  return keys.some((key) => key.state === "active" && key.algorithm === algorithm);
}

async function readKeys(database: Database, wrappingKeys: WrappingKeys): Promise<SigningKey[]> {
  const rows = await database
    .selectFrom("signing_keys")
    .selectAll()
    .orderBy("created_at")
    .execute();
  return rows.map((row) => ({
    kid: row.kid,
    // The table's constraints keep these two to the values that the types name.
    algorithm: row.algorithm as AsymmetricAlgorithm,
    state: row.state as KeyState,
    publicJwk: JSON.parse(row.public_jwk),
    privateJwk: openPrivate(row, wrappingKeys),
  }));
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
    })
    .execute();
}
