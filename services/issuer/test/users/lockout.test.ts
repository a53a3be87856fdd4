import { expect, test } from "@jest/globals";
import { createLockout } from "../../src/users/lockout.ts";
import { createMemoryAttempts } from "../support/memory-attempts.ts";

const minute = 60_000;

function open() {
  let now = Date.parse("2030-01-01T00:00:00Z");
  const known = new Set<string>();
  const lockout = createLockout(
    createMemoryAttempts(() => now),
    {
      knows: async (username, address) => known.has(`${username} ${address}`),
      remember: async (username, address) => void known.add(`${username} ${address}`),
      sweep: async () => 0,
    },
  );
  return {
    lockout,
    advance: (ms: number) => {
      now += ms;
    },
    async fail(times: number, username: string, ip: string) {
      let admitted = 0;
      for (let time = 0; time < times; time += 1) {
        if (await lockout.admit(username, ip)) admitted += 1;
      }
      return admitted;
    },
    logIn: async (username: string, ip: string) => {
      const attempt = await lockout.admit(username, ip);
      await attempt?.succeeded();
      return attempt !== undefined;
    },
  };
}

test("at one address a name may be failed five times, and then rests there alone", async () => {
  const { fail, logIn, advance } = open();
  expect(await fail(12, "ada", "192.0.2.1")).toBe(5);
  expect(await logIn("ada", "192.0.2.1")).toBe(false);
  expect(await logIn("ada", "192.0.2.2")).toBe(true);
  expect(await logIn("bea", "192.0.2.1")).toBe(true);
  advance(1_000);
  expect(await logIn("ada", "192.0.2.1")).toBe(true);
});

test("who gets it right starts anew, at that address", async () => {
  const { fail, logIn } = open();
  for (let round = 0; round < 10; round += 1) {
    expect(await fail(4, "ada", "192.0.2.1")).toBe(4);
    expect(await logIn("ada", "192.0.2.1")).toBe(true);
  }
});

test("an address that tries many names rests as a whole, and what it tried does not", async () => {
  const { fail, logIn } = open();
  for (let name = 0; name < 60; name += 1) await fail(1, `name ${name}`, "192.0.2.66");
  expect(await logIn("ada", "192.0.2.66")).toBe(false);
  expect(await logIn("name 1", "192.0.2.1")).toBe(true);
});

test("an attacker's own account does not wash their address clean", async () => {
  const { fail, logIn } = open();
  let guesses = 0;
  for (let name = 0; name < 80; name += 1) {
    guesses += await fail(1, `name ${name}`, "192.0.2.66");
    await logIn("mallory", "192.0.2.66");
  }
  expect(guesses).toBe(50);
});

test("a name that is failed from everywhere rests everywhere, but where its owner logs in", async () => {
  const { fail, logIn, advance } = open();
  expect(await logIn("ada", "192.0.2.1")).toBe(true);
  let guesses = 0;
  for (let host = 0; host < 100; host += 1) guesses += await fail(5, "ada", `198.51.100.${host}`);
  expect(guesses).toBe(20);
  expect(await logIn("ada", "203.0.113.1")).toBe(false);
  expect(await logIn("ada", "192.0.2.1")).toBe(true);
  expect(await logIn("ada", "203.0.113.1")).toBe(false);
  advance(5 * minute);
  expect(await logIn("ada", "203.0.113.1")).toBe(true);
});

test("the account's pauses are bounded, however long it is hammered from everywhere", async () => {
  const { fail, advance, logIn } = open();
  let guesses = 0;
  for (let time = 0; time < 24 * 60; time += 1) {
    for (let host = 0; host < 4; host += 1) {
      guesses += await fail(2, "ada", `198.51.${host}.${time % 256}`);
    }
    advance(minute);
  }
  expect(guesses).toBeLessThan(20 + 12 * 24 + 10); // one in five minutes, once the pauses are full
  advance(5 * minute);
  expect(await logIn("ada", "203.0.113.1")).toBe(true);
});

test("an attempt that was not made counts nowhere", async () => {
  const { lockout, fail } = open();
  for (let time = 0; time < 30; time += 1) {
    await (await lockout.admit("ada", "192.0.2.1"))?.withdrawn();
  }
  expect(await fail(12, "ada", "192.0.2.1")).toBe(5);
});

test("addresses of one IPv6 network are one", async () => {
  const { fail } = open();
  let guesses = 0;
  for (let host = 1; host < 12; host += 1) guesses += await fail(1, "ada", `2001:db8::${host}`);
  expect(guesses).toBe(5);
});
