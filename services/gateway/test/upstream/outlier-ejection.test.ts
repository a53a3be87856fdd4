import { expect, test } from "@jest/globals";
import { createOutlierEjection, newStanding } from "../../src/upstream/outlier-ejection.ts";

function replicas(count: number) {
  let time = 0;
  const ejection = createOutlierEjection({}, () => time);
  const all = Array.from({ length: count }, () => ({ standing: newStanding() }));
  const standing = (index: number) => (all[index] as (typeof all)[number]).standing;
  const record = (index: number, isGood: boolean) => ejection.record(standing(index), isGood, all);
  const fail = (index: number, times = 5) => {
    let ejectedMs = 0;
    for (let n = 0; n < times; n += 1) ejectedMs = record(index, false);
    return ejectedMs;
  };
  const pass = (ms: number) => {
    time += ms;
  };
  const ejected = () => all.map((each) => ejection.isEjected(each.standing));
  return { fail, pass, record, ejected };
}

test("five errors in a row eject a replica for 30 seconds, and it comes back by itself", () => {
  const { fail, pass, ejected } = replicas(2);

  expect(fail(0, 4)).toBe(0);
  expect(fail(0, 1)).toBe(30_000);
  expect(ejected()).toEqual([true, false]);
  pass(30_000);
  expect(ejected()).toEqual([false, false]);
  expect(fail(0, 4)).toBe(0);
});

test("a good answer in between begins the count anew", () => {
  const { fail, record } = replicas(2);

  fail(0, 4);
  record(0, true);

  expect(fail(0, 4)).toBe(0);
});

test("each time is longer than the one before, up to 300 seconds", () => {
  const { fail, pass } = replicas(2);
  const times = [];

  for (let n = 0; n < 12; n += 1) {
    const ejectedMs = fail(0);
    times.push(ejectedMs / 1_000);
    pass(ejectedMs);
  }

  expect(times).toEqual([30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 300, 300]);
});

test("good conduct is not forgotten: each half minute of it makes up for one ejection", () => {
  const { fail, pass } = replicas(2);
  pass(fail(0));
  pass(fail(0));

  pass(60_000);

  expect(fail(0)).toBe(30_000);
});

test.each([
  [1, 0],
  [2, 1],
  [3, 1],
  [4, 2],
  [5, 2],
])(
  "of %i replicas that all fail %i are ejected: never more than half, never the last",
  (count, most) => {
    const { fail, ejected } = replicas(count);

    for (let round = 0; round < 3; round += 1) {
      for (let index = 0; index < count; index += 1) fail(index);
    }

    expect(ejected().filter(Boolean)).toHaveLength(most);
  },
);
