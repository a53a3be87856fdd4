import { expect, test } from "@jest/globals";
import { type RingStep, stepsDue, stepsToRotate } from "../../src/keys/key-ring.ts";
import type { KeyStore } from "../../src/keys/key-store.ts";
import { prepareChange } from "../../src/keys/prepare-change.ts";

type Opened = AsyncDisposable & { store: KeyStore };

const timing = { rotateAfterMs: 1_000, publishMs: 0, keepMs: 1_000 };
const algorithms = ["ES256", "EdDSA"] as const;
const now = new Date("2030-01-01T00:00:00Z");

/** What every implementation of the key store keeps; each runs this suite as its own. */
export function describeKeyStore(open: () => Promise<Opened>): void {
  test("what is written is read: keys with both halves, states and times", async () => {
    await using opened = await open();
    const { store } = opened;
    const { made, written } = await fill(store);
    expect(written).toBe(true);
    const { keys } = await store.read();
    const byKid = (a: { kid: string }, b: { kid: string }) => a.kid.localeCompare(b.kid);
    expect(keys.toSorted(byKid)).toEqual(made.toSorted(byKid));
  });

  test("of many who rotate from one version at once, one does", async () => {
    await using opened = await open();
    const { store } = opened;
    await fill(store);
    for (let round = 0; round < 5; round += 1) {
      const { version, keys } = await store.read();
      const steps = stepsToRotate(keys, algorithms, timing, now) as RingStep[];
      const changes = await Promise.all(
        Array.from({ length: 6 }, () => prepareChange(steps, keys, now, { by: "test" })),
      );
      const written = await Promise.all(changes.map((change) => store.rotateIf(version, change)));
      expect(written.filter(Boolean)).toHaveLength(1);
      const after = await store.read();
      expect(after.version).toBe(version + 1);
      const winner = changes[written.indexOf(true)];
      const next = after.keys.filter(({ state }) => state === "next").map(({ kid }) => kid);
      expect(next.sort()).toEqual(winner?.made.map(({ kid }) => kid).sort());
    }
  });

  test("a retired key has no private half any more, and a dropped one is gone", async () => {
    await using opened = await open();
    const { store } = opened;
    await fill(store);
    const { version, keys } = await store.read();
    const steps = stepsToRotate(keys, algorithms, timing, now) as RingStep[];
    await store.rotateIf(version, await prepareChange(steps, keys, now, { by: "test" }));
    const rotated = await store.read();
    const retired = rotated.keys.filter(({ state }) => state === "retired");
    expect(retired).toHaveLength(2);
    expect(retired).toMatchObject([{ privateJwk: undefined }, { privateJwk: undefined }]);
    const later = new Date(now.getTime() + 1_000);
    const due = stepsDue(rotated.keys, [], timing, later);
    const change = await prepareChange(due, rotated.keys, later, { by: "test" });
    await store.rotateIf(rotated.version, change);
    expect((await store.read()).keys.map(({ state }) => state)).not.toContain("retired");
  });

  async function fill(store: KeyStore) {
    const { version, keys } = await store.read();
    const steps = stepsDue(keys, algorithms, timing, now);
    const change = await prepareChange(steps, keys, now, { by: "test" });
    return { made: change.made, written: await store.rotateIf(version, change) };
  }
}
