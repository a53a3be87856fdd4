import { expect, test } from "@jest/globals";
import { type AttemptStore, attemptKey, type Lane } from "../../src/limits/attempts.ts";

type Opened = AsyncDisposable & { attempts: AttemptStore; advance(ms: number): void };

const lane: Lane = { name: "lane", free: 3, firstMs: 1_000, longestMs: 8_000, forgetMs: 60_000 };
const followed: Lane = { ...lane, name: "followed", followed: true };

/** What every implementation keeps; each runs this suite as its own. */
export function describeAttempts(open: () => Promise<Opened>): void {
  async function takeTimes(attempts: AttemptStore, times: number, of: Lane = lane) {
    for (let time = 0; time < times; time += 1) await attempts.take(of, "a");
  }
  const isAdmitted = async (attempts: AttemptStore, key = "a", of: Lane = lane) =>
    (await attempts.take(of, key)).admitted;

  test("of many that come at once, the free ones are admitted and no more", async () => {
    await using opened = await open();
    const { attempts } = opened;
    for (let round = 0; round < 20; round += 1) {
      const taken = await Promise.all(
        Array.from({ length: 12 }, () => attempts.take(lane, `key ${round}`)),
      );
      expect(taken.filter(({ admitted }) => admitted)).toHaveLength(3);
    }
  });

  test("after a rest one is admitted, and each failure doubles the next rest, up to the longest", async () => {
    await using opened = await open();
    const { attempts, advance } = opened;
    await takeTimes(attempts, 3);
    for (const rest of [1_000, 2_000, 4_000, 8_000, 8_000, 8_000]) {
      advance(rest - 1);
      expect(await isAdmitted(attempts)).toBe(false);
      advance(1);
      const raced = await Promise.all(Array.from({ length: 6 }, () => isAdmitted(attempts)));
      expect(raced.filter(Boolean)).toHaveLength(1);
    }
  });

  test("who hammers on does not prolong the rest", async () => {
    await using opened = await open();
    const { attempts, advance } = opened;
    await takeTimes(attempts, 50);
    advance(1_000);
    expect(await isAdmitted(attempts)).toBe(true);
  });

  test("attempts on clocks that differ a little are counted all the same", async () => {
    await using opened = await open();
    const { attempts, advance } = opened;
    await takeTimes(attempts, 1);
    advance(-200);
    await takeTimes(attempts, 1);
    expect(await isAdmitted(attempts)).toBe(true);
    expect(await isAdmitted(attempts)).toBe(false);
  });

  test("keys and lanes do not know of each other", async () => {
    await using opened = await open();
    const { attempts } = opened;
    await takeTimes(attempts, 4);
    expect(await isAdmitted(attempts, "a")).toBe(false);
    expect(await isAdmitted(attempts, "b")).toBe(true);
    expect(await isAdmitted(attempts, "a", followed)).toBe(true);
  });

  test("what is given back was no failure, and ends the rest that it began", async () => {
    await using opened = await open();
    const { attempts } = opened;
    await takeTimes(attempts, 3);
    expect(await isAdmitted(attempts)).toBe(false);
    await attempts.giveBack(lane, "a");
    expect(await isAdmitted(attempts)).toBe(true);
    expect(await isAdmitted(attempts)).toBe(false);
  });

  test("no more is given back than was taken", async () => {
    await using opened = await open();
    const { attempts } = opened;
    await attempts.giveBack(lane, "a");
    await takeTimes(attempts, 1);
    for (let time = 0; time < 5; time += 1) await attempts.giveBack(lane, "a");
    await takeTimes(attempts, 3);
    expect(await isAdmitted(attempts)).toBe(false);
  });

  test("what was all given back leaves nothing behind", async () => {
    await using opened = await open();
    const { attempts, advance } = opened;
    for (let name = 0; name < 5; name += 1) {
      await attempts.take(lane, `made up ${name}`);
      await attempts.giveBack(lane, `made up ${name}`);
    }
    await takeTimes(attempts, 1);
    advance(61_000);
    expect(await attempts.sweep()).toBe(1);
  });

  test("what is cleared starts anew", async () => {
    await using opened = await open();
    const { attempts } = opened;
    await takeTimes(attempts, 4);
    await attempts.clear(lane, "a");
    await takeTimes(attempts, 2);
    expect(await isAdmitted(attempts)).toBe(true);
    expect(await isAdmitted(attempts)).toBe(false);
  });

  test("a quiet time wipes the slate, swept or not", async () => {
    await using opened = await open();
    const { attempts, advance } = opened;
    await takeTimes(attempts, 3);
    advance(61_000);
    await takeTimes(attempts, 2);
    expect(await isAdmitted(attempts)).toBe(true);

    expect(await attempts.sweep()).toBe(0);
    advance(61_000);
    expect(await attempts.sweep()).toBe(1);
    expect(await attempts.sweep()).toBe(0);
  });

  test("who rests in a lane that is followed is told, by a hash, until when", async () => {
    await using opened = await open();
    const { attempts, advance } = opened;
    await takeTimes(attempts, 2, followed);
    await takeTimes(attempts, 5, lane);
    expect(await attempts.resting()).toEqual(new Map());
    const { restsUntil } = await attempts.take(followed, "a");
    expect(await attempts.resting()).toEqual(new Map([[attemptKey(followed, "a"), restsUntil]]));
    advance(1_000);
    expect(await attempts.resting()).toEqual(new Map());
  });
}
