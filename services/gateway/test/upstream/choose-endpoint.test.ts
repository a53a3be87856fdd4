import { expect, test } from "@jest/globals";
import { chooseEndpoint } from "../../src/upstream/choose-endpoint.ts";
import { createEndpoint, type Endpoint } from "../../src/upstream/endpoint.ts";

let time = 0;

function endpoints(count: number): Endpoint[] {
  return Array.from({ length: count }, (_, index) =>
    createEndpoint(
      { url: new URL("http://billing:8080"), address: `10.0.0.${index + 1}` },
      { connectMs: 1_000, now: () => time, onEvent: () => {} },
    ),
  );
}

const choose = (all: Endpoint[], more: Partial<Parameters<typeof chooseEndpoint>[1]> = {}) =>
  chooseEndpoint(all, { isInFavour: () => true, random: Math.random, ...more });

function open({ breaker }: Endpoint): void {
  while (breaker.state === "closed") breaker.failed(breaker.admit());
}

test("the one with the least to do is called", () => {
  const [a, b, c] = endpoints(3) as [Endpoint, Endpoint, Endpoint];
  a.active = 2;
  b.active = 1;
  c.active = 2;

  for (let n = 0; n < 20; n += 1) expect(choose([a, b, c])).toBe(b);
});

test("replicas that have equally little to do are called equally often", () => {
  const all = endpoints(3);
  const calls = new Map<Endpoint | undefined, number>();
  let turn = 0;
  const random = () => (turn++ % 300) / 300;

  for (let n = 0; n < 300; n += 1) {
    const chosen = choose(all, { random });
    calls.set(chosen, (calls.get(chosen) ?? 0) + 1);
  }

  expect([...calls.values()]).toEqual([100, 100, 100]);
});

test("one that rests is not called, and when it has rested it gets one call", () => {
  const [a, b] = endpoints(2) as [Endpoint, Endpoint];
  open(a);
  expect(choose([a, b])).toBe(b);

  time += 1_000;

  expect(choose([a, b])).toBe(a);
  a.breaker.admit();
  expect(choose([a, b])).toBe(b);
});

test("one out of favour is called only when the others rest", () => {
  const [a, b] = endpoints(2) as [Endpoint, Endpoint];
  const isInFavour = (endpoint: Endpoint) => endpoint !== a;
  b.active = 100;
  expect(choose([a, b], { isInFavour })).toBe(b);

  open(b);

  expect(choose([a, b], { isInFavour })).toBe(a);
});

test("one that was tried is called again only when there is no other", () => {
  const [a, b] = endpoints(2) as [Endpoint, Endpoint];
  const tried = new Set([a]);
  b.active = 100;

  expect(choose([a, b], { tried })).toBe(b);
  expect(choose([a], { tried })).toBe(a);
});

test("when all rest there is none", () => {
  const all = endpoints(2);
  for (const each of all) open(each);

  expect(choose(all)).toBeUndefined();
  expect(choose([])).toBeUndefined();
});
