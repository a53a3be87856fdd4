import { expect, test } from "@jest/globals";
import { createCircuitBreaker } from "../../src/upstream/circuit-breaker.ts";

function breakerAt(start = 0) {
  let time = start;
  const changes: string[] = [];
  const options = { threshold: 3, baseRestMs: 1_000, maxRestMs: 4_000 };
  const breaker = createCircuitBreaker(
    { ...options, onChange: (to) => changes.push(to) },
    () => time,
  );
  const fail = (times: number) => {
    for (let n = 0; n < times; n += 1) breaker.failed(breaker.admit());
  };
  const pass = (ms: number) => {
    time += ms;
  };
  return { breaker, changes, fail, pass };
}

test("failures that are not in a row leave it closed", () => {
  const { breaker, fail } = breakerAt();

  fail(2);
  breaker.succeeded(breaker.admit());
  fail(2);

  expect(breaker.state).toBe("closed");
});

test("failures in a row open it, and nothing passes until it has rested", () => {
  const { breaker, fail, pass } = breakerAt();

  fail(3);

  expect(breaker.state).toBe("open");
  expect(breaker.restMs()).toBe(1_000);
  pass(999);
  expect(breaker.isReady()).toBe(false);
  expect(breaker.admit()).toBe(0);
});

test("after the rest one call passes, and only one, until it has told", () => {
  const { breaker, fail, pass } = breakerAt();
  fail(3);
  pass(1_000);

  const trial = breaker.admit();

  expect(trial).toBeGreaterThan(0);
  expect(breaker.state).toBe("half-open");
  expect(breaker.admit()).toBe(0);
  breaker.succeeded(trial);
  expect(breaker.state).toBe("closed");
});

test("a trial that fails doubles the rest, up to the longest", () => {
  const { breaker, fail, pass } = breakerAt();
  fail(3);
  const rests = [];

  for (let n = 0; n < 4; n += 1) {
    rests.push(breaker.restMs());
    pass(breaker.restMs());
    breaker.failed(breaker.admit());
  }

  expect(rests).toEqual([1_000, 2_000, 4_000, 4_000]);
});

test("a trial whose client left is open to the next caller at once", () => {
  const { breaker, fail, pass } = breakerAt();
  fail(3);
  pass(1_000);

  breaker.abandoned(breaker.admit());

  expect(breaker.state).toBe("open");
  expect(breaker.admit()).toBeGreaterThan(0);
});

test("what began before the rest decides nothing about the trial", () => {
  const { breaker, fail, pass } = breakerAt();
  const slow = [breaker.admit(), breaker.admit(), breaker.admit()] as const;
  fail(3);
  breaker.succeeded(slow[0]);
  expect(breaker.state).toBe("open");
  pass(1_000);
  const trial = breaker.admit();

  breaker.failed(slow[1]);
  breaker.abandoned(slow[2]);

  expect(breaker.state).toBe("half-open");
  breaker.succeeded(trial);
  expect(breaker.state).toBe("closed");
});

test("it tells once that it opened and once that it closed, however many trials fail", () => {
  const { breaker, changes, fail, pass } = breakerAt();

  fail(3);
  for (let n = 0; n < 3; n += 1) {
    pass(4_000);
    breaker.failed(breaker.admit());
  }
  pass(4_000);
  breaker.succeeded(breaker.admit());
  breaker.succeeded(breaker.admit());

  expect(changes).toEqual(["open", "closed"]);
});
