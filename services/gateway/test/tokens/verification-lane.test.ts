import { expect, test } from "@jest/globals";
import { createSuspects } from "../../src/tokens/suspects.ts";
import { createVerificationLane, type Peer } from "../../src/tokens/verification-lane.ts";

const peerAt = (remoteAddress: string): Peer => ({ remoteAddress });
const turn = () => new Promise((resolve) => setImmediate(resolve));

function setUp(options: { maxWaiting?: number } = {}) {
  const clock = { ms: 1_000_000 };
  const lane = createVerificationLane(options, () => clock.ms);
  const done: string[] = [];
  const run = (peer: Peer, name: string) => lane.run(peer, () => done.push(name));
  const flood = (peer: Peer, failures = 21) => {
    for (let index = 0; index < failures; index++) lane.reportFailure(peer);
  };
  return { clock, lane, done, run, flood };
}

test("a source that makes a few mistakes is served at once", () => {
  const { run, flood } = setUp();
  const peer = peerAt("10.0.0.1");
  flood(peer, 20);

  expect(run(peer, "a")).not.toBeInstanceOf(Promise);
});

test("a source that floods waits, three verifications a turn; other sources do not", async () => {
  const { run, flood, done, lane } = setUp();
  const forger = peerAt("10.0.0.1");
  flood(forger);

  const waiting = ["a", "b", "c", "d", "e", "f"].map((name) => run(forger, name));
  expect(run(peerAt("10.0.0.2"), "other")).not.toBeInstanceOf(Promise);
  expect(done).toEqual(["other"]);
  await turn();

  expect(done).toEqual(["other", "a", "b", "c"]);
  await Promise.all(waiting);
  expect(done).toEqual(["other", "a", "b", "c", "d", "e", "f"]);
  expect(lane.waiting).toBe(0);
});

test("whoever shares the flood's address, and not its connections, goes before it", async () => {
  const { run, flood, done } = setUp();
  const forger = peerAt("10.0.0.1");
  const honest = peerAt("10.0.0.1");
  flood(forger);

  const forged = Array.from({ length: 1_000 }, (_, index) => run(forger, `forged ${index}`));
  await run(honest, "honest");

  expect(done.length).toBeLessThanOrEqual(4);
  await Promise.all(forged);
});

test("a full line of forged tokens leaves the other line open", async () => {
  const { run, flood } = setUp({ maxWaiting: 3 });
  const forger = peerAt("10.0.0.1");
  flood(forger);

  const waiting = [1, 2, 3].map((index) => run(forger, `forged ${index}`));
  await expect(run(forger, "one more")).rejects.toMatchObject({
    code: "too_many_forged_tokens",
    status: 429,
    headers: { "retry-after": "1" },
  });
  await run(peerAt("10.0.0.1"), "honest");
  await Promise.all(waiting);
});

test("connections that were opened for one forged token each do not keep the others waiting for ever", async () => {
  const { run, flood, done } = setUp();
  const proxy = peerAt("10.0.0.1");
  flood(proxy);
  const through = run(proxy, "through the proxy");
  const fresh = Array.from({ length: 100 }, (_, index) =>
    run(peerAt("10.0.0.1"), `fresh ${index}`),
  );

  await through;

  expect(done.length).toBeLessThanOrEqual(6); // two turns of three
  await Promise.all(fresh);
});

test("a source that stops is trusted again after a second", () => {
  const { run, flood, clock } = setUp();
  const peer = peerAt("10.0.0.1");
  flood(peer);
  clock.ms += 1_001;

  expect(run(peer, "a")).not.toBeInstanceOf(Promise);
});

test("an error in a verification is that request's alone", async () => {
  const { run, flood, lane } = setUp();
  const peer = peerAt("10.0.0.1");
  flood(peer);

  const broken = lane.run(peer, () => {
    throw new Error("broken");
  });
  const next = run(peer, "next");

  await expect(broken).rejects.toThrow("broken");
  await next;
});

test("ten thousand new suspects do not let off the one that goes on", () => {
  const clock = { ms: 1_000_000 };
  const options = { failuresPerSecond: 1, failuresOfAll: 1_000_000, maxSuspects: 100 };
  const suspects = createSuspects(options, () => clock.ms);
  const report = (source: string) => {
    suspects.report(source);
    suspects.report(source);
  };
  for (let index = 0; index < 10_000; index++) {
    report(`new ${index}`);
    report("steady");
  }

  expect(suspects.includes(() => "steady")).toBe(true);
  expect(suspects.size).toBeLessThanOrEqual(100);
});

test("a flood from ten thousand addresses, each within its patience, makes all wait their turn", async () => {
  const { lane, run, clock } = setUp();
  for (let index = 0; index < 600; index++)
    lane.reportFailure(peerAt(`10.${index >> 8}.${index & 255}.1`));

  const newcomer = run(peerAt("192.0.2.1"), "a");

  expect(newcomer).toBeInstanceOf(Promise);
  await newcomer;
  clock.ms += 1_001;
  expect(run(peerAt("192.0.2.1"), "b")).not.toBeInstanceOf(Promise);
});
