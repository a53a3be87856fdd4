import { expect, test } from "@jest/globals";
import type { Revocation } from "@tollgate/shared/revocations/feed";
import { recordingLog } from "@tollgate/shared/testing/lines";
import {
  addRevocations,
  createPostgresRevocationStore,
} from "../../src/revocation/postgres-revocation-store.ts";
import { openDatabase } from "../../src/store/database.ts";
import { start } from "../support/engine-store-contract.ts";
import { createIssuerDatabase } from "../support/issuer-database.ts";
import { describeRevocationStore } from "../support/revocation-store-contract.ts";

async function open() {
  await using opened = new AsyncDisposableStack();
  const { url, run } = opened.use(await createIssuerDatabase());
  const database = opened.use(openDatabase(url, recordingLog().log));
  const open = opened.move();
  let now = start;
  return {
    run,
    database,
    store: createPostgresRevocationStore(database, () => now),
    advance: (ms: number) => {
      now += ms;
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

describeRevocationStore(open);

const token = (value: string): Revocation => ({
  kind: "token",
  value,
  not_before: start / 1_000,
  expires_at: start / 1_000 + 300,
});

test("a transaction that commits late is not skipped: it holds up those behind it", async () => {
  await using opened = await open();
  const { database, store } = opened;
  await store.add([token("before")]);
  const { cursor } = await store.since(undefined);
  const late = await database.startTransaction().execute();
  await addRevocations(late, [token("late")]);
  const fast = store.add([token("fast")]);

  expect((await store.since(cursor)).revocations).toEqual([]);
  await late.commit().execute();
  await fast;

  const { revocations } = await store.since(cursor);
  expect(revocations.map(({ value }) => value)).toEqual(["late", "fast"]);
});

test("readers beside many writers see every entry once and in order", async () => {
  await using opened = await open();
  const { store } = opened;
  const values = Array.from({ length: 60 }, (_, index) => `jti ${index}`);
  await store.add([token("first")]);
  let { cursor } = await store.since(undefined);
  const read: string[] = [];
  let writing = true;
  const written = Promise.all(values.map((value) => store.add([token(value)]))).then(() => {
    writing = false;
  });
  do {
    const page = await store.since(cursor);
    expect(page.reset).toBe(false);
    read.push(...page.revocations.map(({ value }) => value));
    cursor = page.cursor;
  } while (writing || read.length < values.length);
  await written;
  expect(read.toSorted()).toEqual(values.toSorted());
});

test("a cursor from before the database was restored is not taken for one of afterwards", async () => {
  await using opened = await open();
  const { store, run } = opened;
  await store.add([token("one")]);
  await run("CREATE TABLE copy AS SELECT * FROM revocations");
  await run("CREATE TABLE copy_of_versions AS SELECT * FROM versions");
  await store.add([token("lost")]);
  const { cursor } = await store.since(undefined);

  await run("DELETE FROM revocations; INSERT INTO revocations SELECT * FROM copy");
  await run("DELETE FROM versions; INSERT INTO versions SELECT * FROM copy_of_versions");
  expect(await store.since(cursor)).toMatchObject({ reset: true });

  await store.add([token("two"), token("three")]);
  const page = await store.since(cursor);
  expect(page.reset).toBe(true);
  expect(page.revocations.map(({ value }) => value)).toEqual(["one", "two", "three"]);
});
