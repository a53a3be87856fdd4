import { expect, test } from "@jest/globals";
import { createTokenBucket } from "../../src/limits/token-bucket.ts";

function bucketAt(options: { requests: number; perMs: number; maxKeys?: number }) {
  const clock = { ms: 1_000_000 };
  return { clock, bucket: createTokenBucket(options, () => clock.ms) };
}

function takeAll(bucket: ReturnType<typeof createTokenBucket>, key: string): number {
  let taken = 0;
  while (bucket.take(key).allowed) taken += 1;
  return taken;
}

test("exactly the quota is allowed at once, and no more", () => {
  for (const requests of [1, 3, 7, 200, 999]) {
    const { bucket } = bucketAt({ requests, perMs: 1_000 });
    expect(takeAll(bucket, "a")).toBe(requests);
  }
});

test("the quota comes back evenly, to the request", () => {
  const { bucket, clock } = bucketAt({ requests: 10, perMs: 1_000 });
  takeAll(bucket, "a");

  clock.ms += 99;
  const early = bucket.take("a");
  clock.ms += 1;
  const due = bucket.take("a");
  clock.ms += 550;

  expect(early).toMatchObject({ allowed: false, remaining: 0, retryAfterMs: 1 });
  expect(due).toMatchObject({ allowed: true, remaining: 0, fullAfterMs: 1_000 });
  expect(takeAll(bucket, "a")).toBe(5);
});

test("over a long time the rate holds whatever the pattern", () => {
  const { bucket, clock } = bucketAt({ requests: 7, perMs: 1_000 });
  let allowed = 0;
  for (let step = 0; step < 100_000; step++) {
    if (bucket.take("a").allowed) allowed += 1;
    clock.ms += step % 3;
  }

  const seconds = (clock.ms - 1_000_000) / 1_000;
  expect(allowed).toBeLessThanOrEqual(Math.ceil(seconds * 7) + 7);
  expect(allowed).toBeGreaterThanOrEqual(Math.floor(seconds * 7));
});

test("a flood of new keys stays within bounds and frees nobody who is held back", () => {
  const { bucket } = bucketAt({ requests: 10, perMs: 60_000, maxKeys: 1_000 });
  const heldBack = Array.from({ length: 50 }, (_, index) => `caller-${index}`);
  for (const key of heldBack) takeAll(bucket, key);

  for (let address = 0; address < 20_000; address++) bucket.take(`flood-${address}`);

  expect(bucket.size).toBeLessThanOrEqual(1_000);
  expect(heldBack.filter((key) => bucket.take(key).allowed)).toEqual([]);
});

test("buckets that are full again are forgotten first", () => {
  const { bucket, clock } = bucketAt({ requests: 1, perMs: 1_000, maxKeys: 100 });
  for (let index = 0; index < 100; index++) bucket.take(`old-${index}`);
  clock.ms += 1_001;

  for (let index = 0; index < 50; index++) bucket.take(`new-${index}`);

  expect(bucket.size).toBeLessThanOrEqual(100);
  expect(bucket.take("new-0").allowed).toBe(false);
});

test("a lease is a share of what is left, shrinks with it, and what comes back counts again", () => {
  const { bucket } = bucketAt({ requests: 100, perMs: 3_600_000 });

  const first = bucket.lease("a", 1_000, 1 / 4);
  const second = bucket.lease("a", 1_000, 1 / 4);
  const small = bucket.lease("a", 2, 1 / 4);
  bucket.giveBack("a", first.granted);

  expect(first).toMatchObject({ granted: 25, remaining: 75 });
  expect(second).toMatchObject({ granted: 18, remaining: 57 });
  expect(small).toMatchObject({ granted: 2, remaining: 55 });
  expect(takeAll(bucket, "a")).toBe(80);
  expect(bucket.lease("a", 5, 1 / 4)).toMatchObject({ granted: 0, allowed: false });
});
