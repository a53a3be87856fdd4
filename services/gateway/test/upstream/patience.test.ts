import { expect, test } from "@jest/globals";
import { type Progress, waitingFor } from "../../src/upstream/patience.ts";

const timeouts = { headers: 10_000, idle: 30_000, total: 60_000 };
const unanswered = { isBegun: false, isFull: false, movedAt: 0 };

function waiting(progress: Partial<Progress>, now: number) {
  return waitingFor({ beganAt: 0, answer: unanswered, body: null, ...progress }, timeouts, now);
}

test("a request without body waits for the answer from its beginning", () => {
  expect(waiting({}, 4_000)).toEqual({ on: "upstream", leftMs: 6_000 });
});

test("a client that is still sending has the idle time between two pieces", () => {
  const body = { waitsFor: "client", movedAt: 15_000 } as const;

  expect(waiting({ body }, 20_000)).toEqual({ on: "client", leftMs: 25_000 });
});

test("an upstream that takes no more of the body is waited for as long", () => {
  const body = { waitsFor: "upstream", movedAt: 15_000 } as const;

  expect(waiting({ body }, 45_000)).toEqual({ on: "upstream", leftMs: 0 });
});

test("the upstream's time for its answer begins when it has the whole body", () => {
  const body = { waitsFor: "nobody", movedAt: 20_000 } as const;

  expect(waiting({ body }, 21_000)).toEqual({ on: "upstream", leftMs: 9_000 });
});

test("an answer may pause for the idle time, and whoever is behind is to blame", () => {
  const answer = { isBegun: true, isFull: false, movedAt: 5_000 };

  expect(waiting({ answer }, 15_000)).toEqual({ on: "upstream", leftMs: 20_000 });
  expect(waiting({ answer: { ...answer, isFull: true } }, 35_000)).toEqual({
    on: "client",
    leftMs: 0,
  });
});

test("nothing takes longer than the total, however lively it is", () => {
  const answer = { isBegun: true, isFull: false, movedAt: 59_999 };

  expect(waiting({ answer }, 60_000).leftMs).toBe(0);
});
