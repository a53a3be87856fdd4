import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { createLeasedLimiter } from "../../src/workers/leased-limiter.ts";
import { createLeasedSlots, type LeasedSlots } from "../../src/workers/leased-slots.ts";
import { createSharedLimits } from "../../src/workers/shared-limits.ts";

/** Workers and their primary in one process: a question takes a turn of the event loop. */
function simulate(workers: number) {
  const clock = { ms: 0 };
  const now = () => clock.ms;
  const alive = new Set(Array.from({ length: workers }, (_, id) => id));
  const slots = new Map<number, LeasedSlots>();
  let questions = 0;
  const later = async <T>(answer: () => T): Promise<Awaited<T>> => {
    questions += 1;
    await turnOfTheLoop();
    const given = await answer();
    await turnOfTheLoop();
    return given;
  };
  const shared = createSharedLimits(workers, {
    now,
    isAlive: (worker) => alive.has(worker),
    recall: (_name, except) =>
      [...slots]
        .filter(([id]) => id !== except && alive.has(id))
        .map(([id, each]) => [id, later(() => each.giveBackIdle())]),
  });
  const limiters = (requests: number, perMs: number) =>
    Array.from(alive, () =>
      createLeasedLimiter(
        (key, wanted, unused) =>
          later(() =>
            shared.lease({
              prefix: "/a",
              rate: { requests, per: perMs, key: "client" },
              key,
              wanted,
              unused,
            }),
          ),
        perMs,
        now,
      ),
    );
  const slotsOf = (limit: number) =>
    Array.from(alive, (id) => {
      const made = createLeasedSlots(
        () => later(() => shared.slots(id, { name: "/a", limit })),
        now,
      );
      slots.set(id, made);
      return made;
    });
  const end = (id: number) => {
    alive.delete(id);
    shared.forget(id);
  };
  return { clock, limiters, slotsOf, end, questions: () => questions };
}

test.each([
  [2, 10],
  [2, 200],
  [4, 7],
  [8, 1_000],
])("%i workers allow exactly a quota of %i, however it is asked for", async (workers, requests) => {
  const { limiters } = simulate(workers);
  const all = limiters(requests, 3_600_000);

  const verdicts = await Promise.all(
    Array.from({ length: requests * 3 }, (_, index) => all[index % workers]?.take("a")),
  );

  expect(verdicts.filter((each) => each?.allowed)).toHaveLength(requests);
});

test("who is busy waits for the primary once in many requests", async () => {
  const { limiters, questions, clock } = simulate(2);
  const [one] = limiters(1_000, 1_000);

  for (let index = 0; index < 2_000; index++) {
    expect((await one?.take("a"))?.allowed).toBe(true);
    clock.ms += 2;
  }

  expect(questions()).toBeLessThan(100);
});

test("what a worker did not use comes back, and is not saved up", async () => {
  const { limiters, clock } = simulate(2);
  const [one, two] = limiters(10, 60_000);
  for (let index = 0; index < 4; index++) await one?.take("a");

  clock.ms += 60_000;
  const allowed: boolean[] = [];
  for (let index = 0; index < 30; index++) {
    allowed.push((await (index % 2 ? one : two)?.take("a"))?.allowed ?? false);
  }

  expect(allowed.filter(Boolean)).toHaveLength(10);
});

test("a refusal holds until there is more, without another question", async () => {
  const { limiters, clock, questions } = simulate(2);
  const [one] = limiters(2, 10_000);
  while ((await one?.take("a"))?.allowed);
  const asked = questions();

  for (let index = 0; index < 100; index++) {
    expect((await one?.take("a"))?.allowed).toBe(false);
    clock.ms += 49;
  }
  const before = questions();
  clock.ms += 200;

  expect(before).toBe(asked);
  expect((await one?.take("a"))?.allowed).toBe(true);
});

test.each([
  [2, 1],
  [2, 10],
  [5, 12],
])("%i workers fill exactly %i slots, wherever the requests arrive", async (workers, limit) => {
  const { slotsOf, clock } = simulate(workers);
  const all = slotsOf(limit);

  for (let round = 0; round < 20; round++) {
    // Each round has its own favourite, who must get what the others do not need.
    const workerOf = (index: number) => all[index % 3 === 0 ? index % workers : round % workers];
    const wishes = Array.from({ length: limit * 3 }, (_, index) => workerOf(index));
    const acquired = await Promise.all(wishes.map(async (each) => await each?.acquire()));
    expect(acquired.filter(Boolean)).toHaveLength(limit);
    for (const [index, isIn] of acquired.entries()) if (isIn) wishes[index]?.release();
    clock.ms += 20;
  }
});

test("what a dead worker held is there for the others", async () => {
  const { slotsOf, end, clock } = simulate(2);
  const [one, two] = slotsOf(6);
  for (let index = 0; index < 6; index++) await one?.acquire();
  const before = await two?.acquire();

  end(0);
  clock.ms += 20;
  const after = await Promise.all(Array.from({ length: 8 }, async () => await two?.acquire()));

  expect(before).toBe(false);
  expect(after.filter(Boolean)).toHaveLength(6);
});
