import { expect, test } from "@jest/globals";
import { createIssuerDatabase } from "../support/issuer-database.ts";
import { issuerSettings, newKeyPair, secrets } from "../support/issuer-settings.ts";
import { asserted, signAssertion } from "../support/sign-assertion.ts";
import { basic, startTestIssuer } from "../support/start-test-issuer.ts";

const grant = { grant_type: "client_credentials" };

async function open() {
  await using opened = new AsyncDisposableStack();
  const database = opened.use(await createIssuerDatabase());
  const settings = opened.use(await issuerSettings(database.url));
  let ahead = 0;
  const issuer = opened.use(await startTestIssuer(settings.env, () => Date.now() + ahead));
  await issuer.becomes(200);
  const open = opened.move();
  const from = (ip: string, secret: string) =>
    issuer.get("/oauth/token", {
      method: "POST",
      body: new URLSearchParams(grant),
      headers: {
        authorization: basic({ id: "svc-reader", secret }),
        "x-forwarded-for": ip,
      },
    });
  return {
    issuer,
    from,
    advance: (ms: number) => {
      ahead += ms;
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

test("after five wrong secrets the right one is refused in the same words, until the rest is over", async () => {
  await using opened = await open();
  const { from, advance } = opened;
  const refusals = [];
  for (let attempt = 0; attempt < 5; attempt += 1) {
    refusals.push(await (await from("192.0.2.1", "wrong")).text());
  }
  const resting = await from("192.0.2.1", secrets["svc-reader"]);
  expect(resting.status).toBe(401);
  expect(await resting.text()).toBe(refusals[0]);

  advance(60_000);
  expect((await from("192.0.2.1", secrets["svc-reader"])).status).toBe(200);
});

test("a stranger's failures do not lock a client out at its own address", async () => {
  await using opened = await open();
  const { from } = opened;
  for (let attempt = 0; attempt < 12; attempt += 1) await from("192.0.2.66", "wrong");
  expect((await from("192.0.2.66", secrets["svc-reader"])).status).toBe(401);
  expect((await from("192.0.2.1", secrets["svc-reader"])).status).toBe(200);
});

test("strangers behind the same proxies as a client do not lock it out", async () => {
  await using opened = await open();
  const { from } = opened;
  const proxies = "10.0.0.7, 127.0.0.1"; // a list that the gateway made: what clients claim is not in it
  for (let attempt = 0; attempt < 12; attempt += 1) await from(`192.0.2.66, ${proxies}`, "wrong");
  expect((await from(`192.0.2.66, ${proxies}`, secrets["svc-reader"])).status).toBe(401);
  expect((await from(`192.0.2.1, ${proxies}`, secrets["svc-reader"])).status).toBe(200);
});

test("an address that tries many clients rests as a whole", async () => {
  await using opened = await open();
  const { issuer, from } = opened;
  for (let client = 0; client < 50; client += 1) {
    await issuer.get("/oauth/token", {
      method: "POST",
      body: new URLSearchParams(grant),
      headers: {
        authorization: basic({ id: `svc-guess-${client}`, secret: "wrong" }),
        "x-forwarded-for": "192.0.2.66",
      },
    });
  }
  expect((await from("192.0.2.66", secrets["svc-reader"])).status).toBe(401);
  expect((await from("192.0.2.1", secrets["svc-reader"])).status).toBe(200);
});

test("forged assertions make a client rest, copies of a good one do not", async () => {
  await using opened = await open();
  const { issuer, advance } = opened;
  const copy = asserted(await signAssertion());
  for (let attempt = 0; attempt < 8; attempt += 1) await issuer.token(copy, null);
  expect((await issuer.token(asserted(await signAssertion()), null)).status).toBe(200);

  const { privateKey } = newKeyPair();
  for (let attempt = 0; attempt < 5; attempt += 1) {
    await issuer.token(asserted(await signAssertion({ key: privateKey })), null);
  }
  expect((await issuer.token(asserted(await signAssertion()), null)).status).toBe(401);
  advance(2_000);
  expect((await issuer.token(asserted(await signAssertion()), null)).status).toBe(200);
});

test("an unknown client and a wrong secret take as long as each other", async () => {
  await using opened = await open();
  const { issuer } = opened;
  const took: Record<string, number[]> = { "svc-reader": [], "svc-unknown": [] };
  for (let round = 0; round < 150; round += 1) {
    for (const [id, times] of Object.entries(took)) {
      const begun = performance.now();
      await issuer.token(grant, { id, secret: "wrong" });
      times.push(performance.now() - begun);
    }
  }
  const [known, unknown] = Object.values(took).map(median);
  // Interleaved, so that noise is shared; a lookup or a hash that only one of them pays shows.
  expect(Number(known) / Number(unknown)).toBeGreaterThan(0.6);
  expect(Number(known) / Number(unknown)).toBeLessThan(1.67);
});

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
