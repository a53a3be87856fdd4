import { expect, test } from "@jest/globals";
import {
  type RingStep,
  type RingTiming,
  stepsDue,
  stepsToRevoke,
  stepsToRotate,
} from "../../src/keys/key-ring.ts";
import { prepareChange } from "../../src/keys/prepare-change.ts";
import type { SigningKey } from "../../src/keys/signing-key.ts";
import { applyChange } from "../support/memory-key-store.ts";

const minute = 60_000;
const day = 24 * 60 * minute;
const timing: RingTiming = { rotateAfterMs: 30 * day, publishMs: 15 * minute, keepMs: 66 * minute };

/** A ring and a clock, which does what is due as time goes by. */
function openRing() {
  let now = Date.parse("2030-01-01T00:00:00Z");
  let keys: readonly SigningKey[] = [];
  const date = () => new Date(now);
  const take = async (steps: readonly RingStep[]) => {
    const change = await prepareChange(steps, keys, date(), { by: "test" });
    keys = applyChange(keys, change);
    return steps;
  };
  return {
    take,
    due: () => stepsDue(keys, ["ES256"], timing, date()),
    rotation: () => stepsToRotate(keys, ["ES256"], timing, date()),
    revocation: (kid: string) => stepsToRevoke(keys, kid),
    one: (state: string) => keys.find((key) => key.state === state)?.kid ?? "",
    states: () => keys.map(({ state }) => state).sort(),
    keys: () => keys,
    advance: (ms: number) => {
      now += ms;
    },
  };
}

async function openFullRing() {
  const ring = openRing();
  await ring.take(ring.due());
  return ring;
}

test("a new ring has a key that signs and one that is published", async () => {
  const ring = await openFullRing();
  expect(ring.states()).toEqual(["active", "next"]);
  expect(ring.due()).toEqual([]);
});

test("a key signs for thirty days, then the next one does", async () => {
  const ring = await openFullRing();
  const next = ring.one("next");
  ring.advance(30 * day - 1);
  expect(ring.due()).toEqual([]);
  ring.advance(1);
  await ring.take(ring.due());
  expect(ring.one("active")).toBe(next);
  expect(ring.states()).toEqual(["active", "next", "retired"]);
  expect(ring.due()).toEqual([]);
});

test("a key that retires loses its private half, and is published until its last token is gone", async () => {
  const ring = await openFullRing();
  ring.advance(30 * day);
  await ring.take(ring.due());
  const retired = ring.keys().find(({ state }) => state === "retired");
  expect(retired).toMatchObject({ privateJwk: undefined, publicJwk: { kid: retired?.kid } });
  ring.advance(66 * minute - 1);
  expect(ring.due()).toEqual([]);
  ring.advance(1);
  expect(ring.due()).toEqual([{ do: "drop", kid: retired?.kid }]);
});

test("the first rotation on demand needs no wait: nobody has seen one key without the other", async () => {
  const ring = await openFullRing();
  expect(ring.rotation()).toHaveLength(3);
});

// Dex signs with a key the moment it is made; verifiers that keep the JWKS then refuse its tokens.
test("a key younger than three times the JWKS' life cannot sign, by itself or on demand", async () => {
  const ring = await openFullRing();
  ring.advance(minute);
  await ring.take(ring.rotation() as RingStep[]);
  ring.advance(15 * minute - 1);
  expect(ring.rotation()).toEqual({ ripeAt: new Date("2030-01-01T00:16:00Z") });
  ring.advance(1);
  expect(ring.rotation()).toHaveLength(3);
});

test("a key that signs is revoked: the next takes over at once, however young", async () => {
  const ring = await openFullRing();
  await ring.take(ring.rotation() as RingStep[]);
  const [active, next] = [ring.one("active"), ring.one("next")];
  await ring.take(ring.revocation(active) ?? []);
  expect(ring.keys().map(({ kid }) => kid)).not.toContain(active);
  expect(ring.one("active")).toBe(next);
  expect(ring.states()).toEqual(["active", "next", "retired"]);
});

test.each(["next", "retired"])("a %s key that is revoked is simply gone", async (state) => {
  const ring = await openFullRing();
  await ring.take(ring.rotation() as RingStep[]);
  const [active, revoked] = [ring.one("active"), ring.one(state)];
  await ring.take(ring.revocation(revoked) ?? []);
  expect(ring.keys().map(({ kid }) => kid)).not.toContain(revoked);
  expect(ring.one("active")).toBe(active);
  expect(ring.states()).toContain("next");
});

test("a key that is not there cannot be revoked", async () => {
  expect((await openFullRing()).revocation("nothing")).toBeUndefined();
});

test("an algorithm that is new gets its own keys, and one that is not used keeps what it has", async () => {
  const ring = await openFullRing();
  const steps = stepsDue(ring.keys(), ["EdDSA"], timing, new Date("2030-06-01T00:00:00Z"));
  expect(steps).toEqual([
    { do: "make", algorithm: "EdDSA", state: "active" },
    { do: "make", algorithm: "EdDSA", state: "next" },
  ]);
});
