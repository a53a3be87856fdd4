import { expect, test } from "@jest/globals";
import { recordingLog } from "@tollgate/shared/testing/lines";
import { createTestDatabase } from "@tollgate/shared/testing/test-database";
import { Migrator } from "kysely/migration";
import { createPostgresKeyStore } from "../../src/keys/key-store.ts";
import { generateSigningKey } from "../../src/keys/signing-key.ts";
import { parseWrappingKeys, wrap } from "../../src/keys/wrapping-keys.ts";
import { openDatabase } from "../../src/store/database.ts";
import { migrateDatabase } from "../../src/store/migrate-database.ts";
import { allMigrations } from "../../src/store/migrations/all-migrations.ts";
import { newKey } from "../support/issuer-settings.ts";

test("a deployment that has signed already keeps its key, which goes on signing", async () => {
  await using created = await createTestDatabase();
  await using database = openDatabase(created.url, recordingLog().log);
  const provider = { getMigrations: async () => allMigrations("postgres") };
  await new Migrator({ db: database, provider }).migrateTo("0001-signing-keys");
  const wrappingKeys = parseWrappingKeys("KEY", [newKey()]);
  const key = await generateSigningKey("ES256", "active", new Date());
  const { wrappedBy, wrapped } = wrap(
    wrappingKeys,
    key.kid,
    Buffer.from(JSON.stringify(key.privateJwk)),
  );
  // As the release before has written it.
  await database
    .insertInto("signing_keys")
    .values({
      kid: key.kid,
      algorithm: "ES256",
      state: "active",
      public_jwk: JSON.stringify(key.publicJwk),
      wrapped_by: wrappedBy,
      wrapped_private_jwk: wrapped,
    } as never)
    .execute();

  expect(await migrateDatabase(created.url, "postgres")).toContain("0007-key-life");

  const { keys } = await createPostgresKeyStore(database, wrappingKeys).read();
  expect(keys).toMatchObject([
    { kid: key.kid, state: "active", privateJwk: key.privateJwk, activatedAt: expect.any(Date) },
  ]);
  expect(await migrateDatabase(created.url, "postgres")).toEqual([]);
});
