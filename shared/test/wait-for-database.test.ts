import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "@jest/globals";
import { waitForDatabase } from "../src/postgres/wait-for-database.ts";

/** The URL of a database on a port that nobody listens on. */
async function nowhere(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return `postgres://app@127.0.0.1:${port}/app`;
}

test("who is told to stop waits for no database any longer", async () => {
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  const waiting = waitForDatabase("APP_DATABASE_URL", await nowhere(), { stopped });
  resolve();
  expect(await waiting).toBe(false);
});

test("a database that does not come up in time is a fault that names the variable", async () => {
  const url = await nowhere();
  await expect(waitForDatabase("APP_DATABASE_URL", url, { patienceMs: 0 })).rejects.toMatchObject({
    faults: [expect.stringMatching(/^APP_DATABASE_URL: no database at 127.*ECONNREFUSED/)],
  });
});
