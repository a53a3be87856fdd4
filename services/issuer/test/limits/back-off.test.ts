import { expect, test } from "@jest/globals";
import { createBackOff } from "../../src/limits/back-off.ts";
import { clientLane } from "../../src/limits/lanes.ts";

function open() {
  let now = 1_000_000;
  const backOff = createBackOff(clientLane, () => now);
  return {
    ...backOff,
    advance: (ms: number) => {
      now += ms;
    },
    fail: (times: number, key = "key") => {
      for (let each = 0; each < times; each += 1) backOff.failed(key);
    },
  };
}

test("four failures cost nothing, the fifth a second", () => {
  const { isResting, fail, advance } = open();
  fail(4);
  expect(isResting("key")).toBe(false);
  fail(1);
  expect(isResting("key")).toBe(true);
  expect(isResting("another")).toBe(false);
  advance(1_000);
  expect(isResting("key")).toBe(false);
});

test("each failure after a rest doubles the next, up to a quarter of an hour", () => {
  const { isResting, fail, advance } = open();
  fail(4);
  for (let seconds = 1; seconds < 2_000; seconds *= 2) {
    fail(1);
    const rest = Math.min(seconds, 900) * 1_000;
    advance(rest - 1);
    expect(isResting("key")).toBe(true);
    advance(1);
    expect(isResting("key")).toBe(false);
  }
});

test("who hammers on while resting does not prolong the rest", () => {
  const { isResting, fail, advance } = open();
  fail(1_000);
  advance(1_000);
  expect(isResting("key")).toBe(false);
});

test("a success wipes the slate, and so does a quarter of an hour without a failure", () => {
  const { isResting, fail, advance, succeeded } = open();
  fail(4);
  succeeded("key");
  fail(4);
  expect(isResting("key")).toBe(false);
  advance(900_000);
  fail(4);
  expect(isResting("key")).toBe(false);
});

test("a flood of keys takes bounded room, and the latest are remembered", () => {
  const { isResting, fail } = open();
  fail(5, "old");
  for (let each = 0; each < 10_000; each += 1) fail(5, `key ${each}`);
  expect(isResting("old")).toBe(false);
  expect(isResting("key 9999")).toBe(true);
});
