import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "@jest/globals";
import { createJwksClient } from "@tollgate/shared/jwks/jwks-client";
import { createSigningKey } from "@tollgate/shared/testing/signing-keys";
import { startServer } from "@tollgate/shared/testing/start-server";
import { clientOf, setOf, settled, unknownKid } from "./support/client-of.ts";

const key = await createSigningKey();
const other = await createSigningKey();

const known = { alg: "ES256", kid: key.kid };

async function reason(promise: unknown): Promise<string | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

test("a stampede of cold verifications causes one fetch", async () => {
  const { client, fetches } = clientOf(() => setOf(key));

  const found = await Promise.all(Array.from({ length: 200 }, () => client.findKey(known)));

  expect(found.every((each) => each?.algorithm === "ES256")).toBe(true);
  expect(fetches()).toBe(1);
});

test("a known key is found at once, without a promise", async () => {
  const { client } = clientOf(() => setOf(key));
  await client.warmUp();

  expect(client.findKey(known)).not.toBeInstanceOf(Promise);
});

test.each([
  ["healthy", () => setOf(key)],
  ["failing", () => Promise.reject(new Error("500"))],
  ["empty", () => JSON.stringify({ keys: [] })],
])("10,000 random kids cause one fetch a window when the JWKS is %s", async (_state, answer) => {
  let current: () => Promise<string> | string = () => setOf(key);
  const { client, clock, fetches } = clientOf(() => current());
  await client.warmUp();
  current = answer;
  clock.ms += 30_001;

  for (let flood = 0; flood < 10_000; flood++) await client.findKey(unknownKid());

  expect(fetches()).toBe(2);
  expect(await client.findKey(known)).toBeDefined();
});

test("10,000 random kids wait for nothing while the JWKS hangs, beyond its timeout", async () => {
  let hang = false;
  const never = new Promise<string>(() => {});
  const { client, clock, fetches } = clientOf(() => (hang ? never : setOf(key)), { timeoutMs: 50 });
  await client.warmUp();
  hang = true;
  clock.ms += 30_001;

  const flood = Array.from({ length: 10_000 }, () => client.findKey(unknownKid()));

  expect(client.findKey(known)).not.toBeInstanceOf(Promise);
  expect(await Promise.all(flood)).not.toContainEqual(expect.anything());
  expect(fetches()).toBe(2);
});

test("a rotated key is accepted within one cooldown, with one fetch", async () => {
  let keys = [key];
  const { client, clock, fetches } = clientOf(() => setOf(...keys));
  await client.warmUp();
  keys = [key, other];

  expect(await client.findKey({ alg: "ES256", kid: other.kid })).toBeUndefined();
  clock.ms += 30_000;
  expect(await client.findKey({ alg: "ES256", kid: other.kid })).toBeDefined();
  expect(fetches()).toBe(2);
});

test("keys are refreshed in the background before they go stale, and nobody waits", async () => {
  const { client, clock, fetches } = clientOf(() => setOf(key));
  await client.warmUp();
  clock.ms += 600_000 * 0.8 + 1;

  expect(client.findKey(known)).not.toBeInstanceOf(Promise);
  await settled();
  expect(fetches()).toBe(2);
  expect(client.ageMs()).toBe(0);
});

test("an outage is survived on stale keys, for a bounded time, and then is a 503 and not a 401", async () => {
  let down = false;
  const { client, clock } = clientOf(() => (down ? Promise.reject(new Error("down")) : setOf(key)));
  await client.warmUp();
  down = true;

  clock.ms += 600_000 + 3_599_000;
  expect(await client.findKey(known)).toBeDefined();
  expect(await client.findKey(unknownKid())).toBeUndefined();

  clock.ms += 2_000;
  expect(await reason(client.findKey(known))).toBe("issuer_keys_unavailable");
  down = false;
  clock.ms += 60_000;
  expect(await client.findKey(known)).toBeDefined();
});

test("before the first keys came, tokens are a 503, and failed fetches back off", async () => {
  const { client, clock, fetches } = clientOf(() => Promise.reject(new Error("down")));

  for (let second = 0; second < 60; second++) {
    expect(await reason(client.findKey(known))).toBe("issuer_keys_unavailable");
    clock.ms += 1_000;
  }

  expect(fetches()).toBe(4); // at 0, 5, 15 and 35 seconds
});

test("a withdrawn key is gone with the next fetch, and the generation tells of it", async () => {
  let keys = [key, other];
  const { client, clock } = clientOf(() => setOf(...keys));
  await client.warmUp();
  const before = client.tend() ?? 0;
  keys = [other];
  clock.ms += 480_001;
  void client.findKey(known);
  await settled();

  expect(client.tend()).toBe(before + 1);
  expect(await client.findKey(known)).toBeUndefined();
});

test("keys that must not verify signatures are passed over", async () => {
  const small = generateKeyPairSync("rsa", { modulusLength: 1_024 }).publicKey.export({
    format: "jwk",
  });
  const keys = [
    { kty: "oct", k: "c2VjcmV0", kid: "oct", alg: "HS256" },
    { ...small, kid: "small", alg: "RS256" },
    { ...key.jwk, kid: "for-encryption", use: "enc" },
    { ...key.jwk, kid: "to-sign", key_ops: ["sign"] },
    { ...key.jwk, kid: "other-alg", alg: "ES384" },
    { kty: "EC", crv: "P-256", x: "AA", y: "AA", kid: "off-curve" },
    { kty: "RSA", kid: "empty" },
    key.jwk,
  ];
  const { client } = clientOf(() => JSON.stringify({ keys }));
  await client.warmUp();

  for (const { kid } of keys.slice(0, -1) as { kid: string }[]) {
    expect(await client.findKey({ alg: "RS256", kid })).toBeUndefined();
  }
  expect(await client.findKey(known)).toBeDefined();
});

test("a token without kid finds its key only where there is no choice", async () => {
  const one = clientOf(() => setOf(key)).client;
  const two = clientOf(() => setOf(key, other)).client;

  expect(await one.findKey({ alg: "ES256" })).toBeDefined();
  expect(await two.findKey({ alg: "ES256" })).toBeUndefined();
});

test.each([
  ["garbage", "<html>"],
  ["a list", "[]"],
  ["keys that are no list", '{"keys":{}}'],
  ["too large", JSON.stringify({ keys: [], padding: "x".repeat(300_000) })],
])("a JWKS answer that is %s leaves the old keys in place", async (_what, text) => {
  let answer = setOf(key);
  await using server = await startServer((_req, res) => res.end(answer));
  const clock = { ms: 0 };
  const outcomes: unknown[] = [];
  const client = createJwksClient(
    { url: server.url, algorithms: ["ES256"] },
    { now: () => clock.ms, onFetch: (outcome) => outcomes.push(outcome) },
  );
  await client.warmUp();
  answer = text;
  clock.ms += 30_001;

  expect(await client.findKey(unknownKid())).toBeUndefined();
  expect(outcomes).toMatchObject([{ ok: true }, { ok: false }]);
  expect(await client.findKey(known)).toBeDefined();
});

test("a JWKS endpoint that redirects is not followed", async () => {
  await using target = await startServer((_req, res) => res.end(setOf(key)));
  await using server = await startServer((_req, res) => {
    res.writeHead(302, { location: target.url }).end();
  });
  const client = createJwksClient({ url: server.url, algorithms: ["ES256"] });

  expect(await reason(client.findKey(known))).toBe("issuer_keys_unavailable");
});
