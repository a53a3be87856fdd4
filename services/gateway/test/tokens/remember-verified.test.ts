import { expect, test } from "@jest/globals";
import { accessTokenClaims } from "@tollgate/shared/testing/signing-keys";
import { callerOf } from "@tollgate/shared/tokens/caller";
import { tokenProblem } from "@tollgate/shared/tokens/token-problems";
import { rememberVerified } from "../../src/tokens/remember-verified.ts";
import { createVerificationLane } from "../../src/tokens/verification-lane.ts";

const startedAt = 1_800_000_000_000;

function setUp(options: { maxTokens?: number; maxCharacters?: number } = {}) {
  const state = { now: startedAt, keys: 1 as number | undefined, verified: [] as string[] };
  const peer = { remoteAddress: "10.0.0.1" };
  const { proveToken, figures } = rememberVerified({
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
  return { state, figures, prove: (token: string) => proveToken(token, peer) };
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

test("the memory is bounded by what the tokens weigh together, too", () => {
  const { figures, prove } = setUp({ maxCharacters: 100_000 });
  for (let index = 0; index < 1_000; index++) void prove(`token-${index}-`.padEnd(8_000, "x"));

  expect(figures().characters).toBeLessThanOrEqual(100_000);
  expect(figures().tokens).toBeGreaterThanOrEqual(6);
});

test("what is remembered, found again and refused again is counted", () => {
  const { figures, prove } = setUp();
  void prove("a");
  void prove("a");
  void prove("bc");
  expect(() => prove("forged")).toThrow();
  expect(() => prove("forged")).toThrow();

  expect(figures()).toEqual({
    hits: 1,
    misses: 3,
    refusedAgain: 1,
    tokens: 2,
    characters: 3,
    waiting: 0,
  });
});

test("a refusal is made anew for each request: what one adds to it, no other sees", () => {
  const { prove } = setUp();
  const refusals = [1, 2, 3].map(() => {
    try {
      return void prove("forged");
    } catch (error) {
      return error as Error & { headers: object };
    }
  });

  expect(new Set(refusals).size).toBe(3);
  expect(new Set(refusals.map((each) => each?.headers)).size).toBe(3);
});
