import { expect, test } from "@jest/globals";
import { createIssuerDatabase } from "../support/issuer-database.ts";
import { issuerSettings, secrets } from "../support/issuer-settings.ts";
import { startTestIssuer } from "../support/start-test-issuer.ts";

const grant = { grant_type: "client_credentials" };
const wrong = { id: "svc-reader", secret: "wrong" };

async function open() {
  await using opened = new AsyncDisposableStack();
  const database = opened.use(await createIssuerDatabase());
  const settings = opened.use(await issuerSettings(database.url));
  const start = Date.now();
  let time = start;
  const first = opened.use(await startTestIssuer(settings.env, () => time));
  const second = opened.use(await startTestIssuer(settings.env, () => time));
  await Promise.all([first.becomes(200), second.becomes(200)]);
  const open = opened.move();
  return {
    ...{ database, first, second },
    advance: (ms: number) => {
      time += ms;
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

test("a client that failed too often at one replica is refused by the other in the same words", async () => {
  await using opened = await open();
  const { first, second, advance } = opened;
  const refusals = [];
  for (let attempt = 0; attempt < 5; attempt += 1) {
    refusals.push(await (await first.token(grant, wrong)).text());
  }
  await refused(() => second.token(grant, "svc-reader"), refusals[0] ?? "");
  expect((await second.token(grant, "svc-demo")).status).toBe(400); // another one: it names no resource
  advance(1_000);
  expect((await second.token(grant, "svc-reader")).status).toBe(200);
});

/** The other replica learns of it within half a second. */
async function refused(ask: () => Promise<Response>, words: string) {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const response = await ask();
    if (response.status === 401) return expect(await response.text()).toBe(words);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("it was not refused");
}

test("to mint asks nothing of the store about failures, and writes nothing", async () => {
  await using opened = await open();
  const { first, database } = opened;
  for (let time = 0; time < 10; time += 1) await first.token(grant, "svc-reader");
  expect(await database.run("SELECT * FROM attempts")).toEqual([]);
});

test("while the database is away a wrong secret is 503, each of few, and then nobody's is looked at", async () => {
  await using opened = await open();
  const { first, database } = opened;
  await database.takeDown();
  expect((await first.token(grant, "svc-reader")).status).toBe(200);
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const response = await first.token(grant, wrong);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ error: "temporarily_unavailable" });
  }
  const right = { id: "svc-reader", secret: secrets["svc-reader"] };
  expect((await first.token(grant, right)).status).toBe(401);
});
