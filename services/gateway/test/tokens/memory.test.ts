import { expect, test } from "@jest/globals";
import { createMemory } from "../../src/tokens/memory.ts";

const heavy = (capacity: number, maxWeight: number) =>
  createMemory<number>({ capacity, maxWeight, weigh: (value) => value });

test("when all is deleted nothing is left in it, whatever was set, moved and dropped before", () => {
  const memory = heavy(100, 1_000);
  for (let round = 0; round < 5_000; round++) {
    const key = `k${(round * 7) % 61}`;
    if (round % 3 === 0) memory.set(key, (round % 29) + 1);
    else if (round % 3 === 1) memory.get(key);
    else memory.delete(key);
  }
  expect(memory.size).toBeGreaterThan(10);
  for (let index = 0; index < 61; index++) memory.delete(`k${index}`);

  expect([memory.size, memory.weight]).toEqual([0, 0]);
});

test("neither bound is ever passed", () => {
  const memory = heavy(50, 500);
  for (let index = 0; index < 10_000; index++) {
    memory.set(`k${index}`, (index % 40) + 1);
    expect(memory.size).toBeLessThanOrEqual(50);
    expect(memory.weight).toBeLessThanOrEqual(500);
  }
});

test("one value that outweighs half of the whole is not kept, and drives nothing out", () => {
  const memory = heavy(50, 500);
  memory.set("small", 10);
  memory.set("huge", 251);

  expect([memory.get("small"), memory.get("huge")]).toEqual([10, undefined]);
});

test("a value that is set again replaces the one before it, wherever that was", () => {
  const memory = heavy(4, 1_000);
  memory.set("a", 1);
  memory.set("b", 1);
  memory.set("c", 1); // a and b are of the older generation now
  memory.set("a", 2);
  memory.delete("a");

  expect(memory.get("a")).toBeUndefined();
});
