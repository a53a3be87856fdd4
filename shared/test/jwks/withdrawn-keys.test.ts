import { expect, test } from "@jest/globals";
import { createSigningKey } from "@tollgate/shared/testing/signing-keys";
import { clientOf, setOf, settled, unknownKid } from "./support/client-of.ts";

const key = await createSigningKey();
const other = await createSigningKey();
const known = { alg: "ES256", kid: key.kid };

test("after an idle night the first token is judged by the keys of this morning", async () => {
  let keys = [key, other];
  const { client, clock } = clientOf(() => setOf(...keys));
  await client.warmUp();
  keys = [other];
  clock.ms += 3_600_000;

  expect(client.tend()).toBeUndefined();
  expect(await client.findKey(known)).toBeUndefined();
});

test("a failure of yesterday does not make yesterday's keys good enough for today", async () => {
  let answer = () => setOf(key, other);
  const { client, clock } = clientOf(() => answer());
  await client.warmUp();
  answer = () => {
    throw new Error("down");
  };
  clock.ms += 600_001;
  expect(await client.findKey(known)).toBeDefined();
  answer = () => setOf(other);
  clock.ms += 1_800_000;

  expect(await client.findKey(known)).toBeUndefined();
});

test("in an outage one request waits for the attempt, and none after it", async () => {
  let down = false;
  const { client, clock } = clientOf(() => (down ? Promise.reject(new Error("down")) : setOf(key)));
  await client.warmUp();
  down = true;
  clock.ms += 600_001;

  const first = client.findKey(known);
  expect(first).toBeInstanceOf(Promise);
  expect(await first).toBeDefined();
  for (let second = 0; second < 3_000; second++) {
    clock.ms += 1_000;
    expect(client.findKey(known)).not.toBeInstanceOf(Promise);
    await settled();
  }
  expect(client.isStale()).toBe(true);
});

test("a key that joins leaves every proof in force; one that leaves or is replaced ends them", async () => {
  const namesake = { ...other, jwk: { ...other.jwk, kid: key.kid } };
  const sets = [setOf(key), setOf(key, other), setOf(other), setOf(namesake)];
  const { client, clock } = clientOf(() => sets.shift() ?? "");
  const generations: (number | undefined)[] = [];
  for (let fetch = 0; fetch < 4; fetch++) {
    await client.warmUp();
    generations.push(client.tend());
    clock.ms += 30_000;
  }

  expect(generations).toEqual([0, 0, 1, 2]);
});

test("a set that lost all its keys is a failure of the endpoint, not an order to refuse everyone", async () => {
  const sets = [setOf(key)];
  const { client, clock } = clientOf(() => sets.shift() ?? '{"keys":[]}');
  await client.warmUp();
  clock.ms += 30_000;

  expect(await client.findKey(unknownKid())).toBeUndefined();
  expect(await client.findKey(known)).toBeDefined();
});

test("a key without a name has none: its place in the set is not one", async () => {
  const { kid: _, ...nameless } = key.jwk as Record<string, unknown>;
  const { client } = clientOf(() => JSON.stringify({ keys: [nameless] }));
  await client.warmUp();

  expect(await client.findKey({ alg: "ES256", kid: "#0" })).toBeUndefined();
  expect(await client.findKey({ alg: "ES256" })).toMatchObject({ kid: undefined });
});
