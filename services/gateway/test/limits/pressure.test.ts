import { expect, test } from "@jest/globals";
import { createPressure } from "../../src/limits/pressure.ts";

/** `delays` are seen one after the other, each as long after the last as it took. */
function pressureAfter(delays: number[], limits = { delay: 500, requests: 100 }) {
  const clock = { ms: 0 };
  const pressure = createPressure(
    () => limits,
    () => clock.ms,
  );
  const shares = delays.map((delay) => {
    clock.ms += 50 + delay;
    pressure.observe(delay);
    return pressure.share;
  });
  return { pressure, shares };
}

const repeated = (times: number, delay: number) => Array<number>(times).fill(delay);

test("a process that is merely busy refuses nothing, for however long", () => {
  const { pressure, shares } = pressureAfter(repeated(10_000, 300));

  expect(Math.max(...shares)).toBe(0);
  expect(pressure.refuses(100)).toBe(false);
});

test("one long pause is no overload", () => {
  const { shares } = pressureAfter([0, 5_000, 0, 900, 0, 900, 0]);

  expect(Math.max(...shares)).toBe(0);
});

test("waits that stay too long have a growing share refused, never all of it", () => {
  const { shares, pressure } = pressureAfter(repeated(40, 600));

  expect(shares.slice(0, 2)).toEqual([0, 0]);
  expect(shares.find((share) => share > 0)).toBeCloseTo(0.1);
  expect(shares.at(-1)).toBeCloseTo(0.9);
  const refused = Array.from({ length: 1_000 }, () => pressure.refuses(1)).filter(Boolean);
  expect(refused.length).toBeGreaterThanOrEqual(899);
  expect(refused.length).toBeLessThanOrEqual(901);
});

test("it is over a few short waits later", () => {
  const { pressure } = pressureAfter([...repeated(40, 600), ...repeated(7, 10)]);

  expect(pressure.share).toBe(0);
  expect(pressure.refuses(1)).toBe(false);
});

test("more requests than the process carries are refused at once, and no longer than that", () => {
  const { pressure } = pressureAfter([]);

  expect(pressure.refuses(101)).toBe(true);
  expect(pressure.refuses(100)).toBe(false);
});
