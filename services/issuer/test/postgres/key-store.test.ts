import { recordingLog } from "@tollgate/shared/testing/lines";
import { createPostgresKeyStore } from "../../src/keys/key-store.ts";
import { parseWrappingKeys } from "../../src/keys/wrapping-keys.ts";
import { openDatabase } from "../../src/store/database.ts";
import { createIssuerDatabase } from "../support/issuer-database.ts";
import { newKey } from "../support/issuer-settings.ts";
import { describeKeyStore } from "../support/key-store-contract.ts";

describeKeyStore(async () => {
  await using opened = new AsyncDisposableStack();
  const { url } = opened.use(await createIssuerDatabase());
  const database = opened.use(openDatabase(url, recordingLog().log));
  const open = opened.move();
  return {
    store: createPostgresKeyStore(database, parseWrappingKeys("KEY", [newKey()])),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
});
