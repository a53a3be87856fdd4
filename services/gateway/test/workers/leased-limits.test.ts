import { expect, test } from "@jest/globals";
import type { Route } from "../../src/routes/route-table.ts";
import { createLeasedLimits } from "../../src/workers/leased-limits.ts";
import { createSharedLimits } from "../../src/workers/shared-limits.ts";

test("a limit that is changed and changed back has all of its slots again", async () => {
  const shared = createSharedLimits(1, { now: () => 0, isAlive: () => true, recall: () => [] });
  // Only slots are asked for here, whose question is the second that the primary answers.
  const ask = (async (_name: string, question: { name: string; limit: number }) =>
    shared.slots(0, question)) as never;
  const limits = createLeasedLimits(ask, () => 0);
  const route = { prefix: "/a" } as Route;
  const fill = async () => {
    const taken = [];
    for (let count = 0; count < 4; count += 1) {
      taken.push(await limits.slotsOf(route, 4).acquire());
    }
    for (const _each of taken) limits.slotsOf(route, 4).release();
    return taken;
  };
  expect(await fill()).toEqual([true, true, true, true]);

  limits.slotsOf(route, 8);

  expect(await fill()).toEqual([true, true, true, true]);
});
