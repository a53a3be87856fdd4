import { recordingLog } from "@tollgate/shared/testing/lines";
import { openDatabase } from "../../src/store/database.ts";
import { createPostgresEngineStore } from "../../src/store/postgres-engine-store.ts";
import { describeEngineStore, start } from "../support/engine-store-contract.ts";
import { createIssuerDatabase } from "../support/issuer-database.ts";

describeEngineStore(async () => {
  await using opened = new AsyncDisposableStack();
  const { url } = opened.use(await createIssuerDatabase());
  const database = opened.use(openDatabase(url, recordingLog().log));
  const open = opened.move();
  let now = start;
  return {
    store: createPostgresEngineStore(database, () => now),
    advance: (ms) => {
      now += ms;
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
});
