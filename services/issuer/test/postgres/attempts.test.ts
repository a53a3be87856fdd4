import { expect, test } from "@jest/globals";
import { recordingLog } from "@tollgate/shared/testing/lines";
import { clientLane, loginLane } from "../../src/limits/lanes.ts";
import { createPostgresAttempts } from "../../src/limits/postgres-attempts.ts";
import { openDatabase } from "../../src/store/database.ts";
import { readVersions } from "../../src/store/versions.ts";
import { describeAttempts } from "../support/attempts-contract.ts";
import { createIssuerDatabase } from "../support/issuer-database.ts";

async function open() {
  await using opened = new AsyncDisposableStack();
  const issuerDatabase = opened.use(await createIssuerDatabase());
  const database = opened.use(openDatabase(issuerDatabase.url, recordingLog().log));
  const open = opened.move();
  let now = Date.parse("2030-01-01T00:00:00Z");
  return {
    ...{ database, issuerDatabase },
    attempts: createPostgresAttempts(database, () => now),
    advance: (ms: number) => {
      now += ms;
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

describeAttempts(open);

test("replicas are told when a client begins to rest, and of nothing else", async () => {
  await using opened = await open();
  const { attempts, database } = opened;
  const version = async () => (await readVersions(database)).attempts.version;
  for (let time = 0; time < 20; time += 1) await attempts.take(loginLane, "a");
  for (let time = 0; time < 4; time += 1) await attempts.take(clientLane, "a");
  expect(await version()).toBe(0);
  for (let time = 0; time < 4; time += 1) await attempts.take(clientLane, "a");
  expect(await version()).toBe(1);
});

test("the table names nobody", async () => {
  await using opened = await open();
  const { attempts, issuerDatabase } = opened;
  await attempts.take(loginLane, "192.0.2.1 a-name-or-a-password-typed-in-its-place");
  const rows = await issuerDatabase.run("SELECT * FROM attempts");
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toMatch(/192\.0\.2|password/);
});

test("while the database is away nothing is counted, and so nobody let through", async () => {
  await using opened = await open();
  const { attempts, issuerDatabase } = opened;
  await issuerDatabase.takeDown();
  const refusal = { code: "dependency_unavailable", status: 503 };
  await expect(attempts.take(loginLane, "a")).rejects.toMatchObject(refusal);
  await expect(attempts.giveBack(loginLane, "a")).rejects.toMatchObject(refusal);
});
