import { expect, test } from "@jest/globals";
import { createClientRest } from "../../src/clients/client-rest.ts";
import type { AttemptStore } from "../../src/limits/attempts.ts";
import type { Versions } from "../../src/store/versions.ts";
import { createMemoryAttempts } from "../support/memory-attempts.ts";

/** Two replicas on one store, which counts what it is asked. */
function open() {
  let now = Date.parse("2030-01-01T00:00:00Z");
  const store = createMemoryAttempts(() => now);
  const asked: string[] = [];
  const attempts: AttemptStore = {
    ...store,
    take: (lane, key) => {
      asked.push(`take ${lane.name}`);
      return store.take(lane, key);
    },
    clear: (lane, key) => {
      asked.push(`clear ${lane.name}`);
      return store.clear(lane, key);
    },
  };
  const [first, second] = [
    createClientRest(attempts, () => now),
    createClientRest(attempts, () => now),
  ];
  let version = 0;
  return {
    ...{ first, second, asked },
    advance: (ms: number) => {
      now += ms;
    },
    /** As twice a second, after something has changed. */
    async follow() {
      version += 1;
      const versions = { attempts: { version, stamp: `${version}` } } as Versions; // all that is read
      await Promise.all([first.follow(versions), second.follow(versions)]);
    },
    async fail(rest: typeof first, times: number, ip = "192.0.2.1") {
      for (let time = 0; time < times; time += 1) {
        rest.missed("svc-a", ip);
        await rest.failed("svc-a", ip);
      }
    },
  };
}

test("a client that never failed is let through without a question to the store", async () => {
  const { first, asked } = open();
  for (let time = 0; time < 100; time += 1) {
    expect(first.isResting("svc-a", "192.0.2.1")).toBe(false);
    await first.succeeded("svc-a", "192.0.2.1");
  }
  expect(asked).toEqual([]);
});

test("five secrets of a burst are looked at by one replica, before the store was told of any", () => {
  const { first } = open();
  let lookedAt = 0;
  for (let guess = 0; guess < 40; guess += 1) {
    if (first.isResting("svc-a", "192.0.2.1")) continue;
    first.missed("svc-a", "192.0.2.1");
    lookedAt += 1;
  }
  expect(lookedAt).toBe(5);
});

test("who rests at one replica rests at the other, at that address alone, until it is over", async () => {
  const { first, second, fail, follow, advance } = open();
  await fail(first, 3);
  await fail(second, 2);
  await follow();
  for (const replica of [first, second]) {
    expect(replica.isResting("svc-a", "192.0.2.1")).toBe(true);
    expect(replica.isResting("svc-a", "192.0.2.2")).toBe(false);
    expect(replica.isResting("svc-b", "192.0.2.1")).toBe(false);
  }
  advance(1_000);
  for (const replica of [first, second]) {
    expect(replica.isResting("svc-a", "192.0.2.1")).toBe(false);
  }
});

test("who gets it right is forgiven at every replica", async () => {
  const { first, second, fail, follow, advance, asked } = open();
  await fail(first, 5);
  advance(1_000);
  await first.succeeded("svc-a", "192.0.2.1");
  expect(asked.at(-1)).toBe("clear client");
  await fail(second, 4);
  await follow();
  expect(first.isResting("svc-a", "192.0.2.1")).toBe(false);
});

test("an address that fails with many clients rests at every replica with all of them", async () => {
  const { first, second, follow } = open();
  for (let client = 0; client < 50; client += 1) {
    await (client % 2 ? first : second).failed(`svc-${client}`, "192.0.2.1");
  }
  await follow();
  for (const replica of [first, second]) {
    expect(replica.isResting("svc-new", "192.0.2.1")).toBe(true);
    expect(replica.isResting("svc-new", "192.0.2.2")).toBe(false);
  }
});
