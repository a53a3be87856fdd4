import { expect, test } from "@jest/globals";
import { accessTokenClaims } from "@tollgate/shared/testing/signing-keys";
import { callerOf } from "@tollgate/shared/tokens/caller";
import { tokenProblem } from "@tollgate/shared/tokens/token-problems";
import { rememberVerified } from "../../src/tokens/remember-verified.ts";
import { createVerificationLane } from "../../src/tokens/verification-lane.ts";

const startedAt = 1_800_000_000_000;

function setUp(options: { maxTokens?: number } = {}) {
  const state = { now: startedAt, keys: 1 as number | undefined, verified: [] as string[] };
  const prove = rememberVerified({
    verifyToken: (token) => {
      state.verified.push(token);
      if (token.startsWith("forged")) throw tokenProblem("token_signature_invalid");
      const iat = startedAt / 1_000;
      return callerOf(accessTokenClaims({ sub: token, iat, exp: iat + 300 }));
    },
    keysInForce: () => state.keys,
    toleranceSeconds: () => 5,
    lane: createVerificationLane({}, () => state.now),
    now: () => state.now,
    ...options,
  });
  return { state, prove: (token: string) => prove(token, "10.0.0.1") };
}

test("a known token is proven once and answered at once from then on", () => {
  const { state, prove } = setUp();

  const first = prove("a");
  const second = prove("a");

  expect(second).toBe(first);
  expect(state.verified).toEqual(["a"]);
});

test("an entry never outlives the token's exp, even when the token has been used all along", () => {
  const { state, prove } = setUp();
  for (let second = 0; second < 305; second++) {
    state.now = startedAt + second * 1_000;
    void prove("a");
  }
  expect(state.verified).toHaveLength(1);

  state.now = startedAt + 305_000;
  void prove("a");

  expect(state.verified).toHaveLength(2);
});

test("any change of the issuer's keys makes every token prove itself again", () => {
  const { state, prove } = setUp();
  void prove("a");
  state.keys = 2;

  void prove("a");

  expect(state.verified).toEqual(["a", "a"]);
});

test("when the keys may not be used any more, what was proven with them is not either", () => {
  const { state, prove } = setUp();
  void prove("a");
  state.keys = undefined;

  void prove("a");
  void prove("a");

  expect(state.verified).toEqual(["a", "a", "a"]);
});

test("tokens that differ in one character never share an entry (GHSA-rp9m-7r4c-75qg)", async () => {
  const { prove } = setUp();
  const long = "x".repeat(700);

  const callers = await Promise.all(["a", "b"].map((last) => prove(long + last)));

  expect(callers.map((each) => each.subject.at(-1))).toEqual(["a", "b"]);
});

test("the memory is bounded, and what is in use stays in it", () => {
  const { state, prove } = setUp({ maxTokens: 100 });
  for (let index = 0; index < 10_000; index++) {
    void prove(`token-${index}`);
    void prove("in-use");
  }

  expect(state.verified.filter((each) => each === "in-use")).toHaveLength(1);
});

test("a forged token that is sent again costs no second verification", () => {
  const { state, prove } = setUp();

  expect(() => prove("forged-1")).toThrow("signature");
  expect(() => prove("forged-1")).toThrow("signature");

  expect(state.verified).toEqual(["forged-1"]);
});

test("a source that floods with forged tokens waits in line, others and known tokens do not", async () => {
  const { state, prove } = setUp();
  await prove("known");
  for (let index = 0; index < 21; index++) expect(() => prove(`forged-${index}`)).toThrow();

  const suspect = prove("good-but-suspect");

  expect(suspect).toBeInstanceOf(Promise);
  expect(prove("known")).not.toBeInstanceOf(Promise);
  expect((await suspect).subject).toBe("good-but-suspect");
  state.now += 1_001;
  expect(prove("after a while")).not.toBeInstanceOf(Promise);
});

test("the line is bounded: beyond it a source is told to come back later", async () => {
  const { prove } = setUp();
  for (let index = 0; index < 21; index++) expect(() => prove(`forged-${index}`)).toThrow();

  const waiting = Array.from({ length: 1_024 }, (_, index) => prove(`waiting-${index}`));

  expect(() => prove("one more")).toThrow("Too many forged tokens");
  await Promise.all(waiting);
});
