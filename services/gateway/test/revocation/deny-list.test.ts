import { expect, test } from "@jest/globals";
import type { Revocation } from "@tollgate/shared/revocations/feed";
import { accessTokenClaims } from "@tollgate/shared/testing/signing-keys";
import { callerOf } from "@tollgate/shared/tokens/caller";
import { createDenyList } from "../../src/revocation/deny-list.ts";

const start = 1_800_000_000;

function setUp(maxEntries = 100_000) {
  const clock = { seconds: start };
  let overflows = 0;
  const onOverflow = () => {
    overflows += 1;
  };
  const options = { clockToleranceSeconds: 5, maxEntries, onOverflow };
  const list = createDenyList(options, () => clock.seconds * 1_000);
  return { clock, list, overflows: () => overflows };
}

const entry = (changes: Partial<Revocation>): Revocation => ({
  kind: "token",
  value: "t1",
  not_before: start,
  expires_at: start + 300,
  ...changes,
});

function caller(claims: Record<string, unknown> = {}, keyId = "k1") {
  const usual = { jti: "t1", sub: "usr_1", sid: "s1", client_id: "app", iat: start - 1 };
  return callerOf(accessTokenClaims({ ...usual, exp: start + 299, ...claims }), keyId);
}

test.each([
  ["token", "t1"],
  ["subject", "usr_1"],
  ["session", "s1"],
  ["client", "app"],
  ["key", "k1"],
] as const)("a revoked %s is refused, and none of another name or kind", (kind, value) => {
  const { list } = setUp();
  expect(list.isRevoked(caller())).toBe(false);
  list.add([entry({ kind, value })]);

  expect(list.isRevoked(caller())).toBe(true);
  const others = { jti: "t2", sub: "usr_2", sid: "s2", client_id: "app2" };
  expect(list.isRevoked(caller(others, "k2"))).toBe(false);
  const swapped = { jti: "usr_1", sub: "app", sid: "k1", client_id: "s1" };
  expect(list.isRevoked(caller(swapped, "t1"))).toBe(false);
});

test.each(["subject", "session", "client"] as const)(
  "whoever logs in again after a %s was revoked is let in",
  (kind) => {
    const { list } = setUp();
    const value = { subject: "usr_1", session: "s1", client: "app" }[kind];
    list.add([entry({ kind, value })]);

    expect(list.isRevoked(caller({ iat: start - 1 }))).toBe(true);
    expect(list.isRevoked(caller({ iat: start }))).toBe(false);
  },
);

test("a stolen key's tokens are refused whatever date the thief puts on them", () => {
  const { list } = setUp();
  list.add([entry({ kind: "key", value: "k1" })]);

  expect(list.isRevoked(caller({ iat: start + 100 }))).toBe(true);
});

test("the later of two entries counts, in whichever order they come", () => {
  const { list } = setUp();
  const later = entry({ kind: "subject", value: "usr_1", not_before: start + 50 });
  list.add([later, entry({ kind: "subject", value: "usr_1" })]);

  expect(list.isRevoked(caller({ iat: start + 49 }))).toBe(true);
  expect(list.size).toBe(1);
});

test("an entry outlives its tokens by the tolerance that clocks are given, and is then forgotten", () => {
  const { list, clock } = setUp();
  list.add([entry({})]);
  clock.seconds = start + 359;
  list.add([]);
  expect(list.isRevoked(caller())).toBe(true);

  clock.seconds = start + 392;
  list.add([]);

  expect(list.isRevoked(caller())).toBe(false);
  expect(list.size).toBe(0);
});

test("beyond its bound the list forgets entries and refuses all tokens issued so far in their place", () => {
  const { list, clock, overflows } = setUp(100);
  list.add([entry({ kind: "key", value: "stolen" })]);
  list.add(Array.from({ length: 100 }, (_, index) => entry({ value: `t${index}` })));

  expect(overflows()).toBe(1);
  expect(list.size).toBe(1);
  expect(list.isRevoked(caller({ jti: "t50" }))).toBe(true);
  expect(list.isRevoked(caller({ jti: "innocent", iat: start }))).toBe(true);
  clock.seconds = start + 10;
  expect(list.isRevoked(caller({ jti: "new", iat: start + 10 }))).toBe(false);
  expect(list.isRevoked(caller({ jti: "new", iat: start + 10 }, "stolen"))).toBe(true);
});

test("where the list of stolen keys alone is beyond its bound, nothing of the issuer is believed", () => {
  const { list } = setUp(100);
  const keys = Array.from({ length: 101 }, (_, at) => entry({ kind: "key", value: `k${at}` }));
  list.add(keys);

  expect(list.isRevoked(caller({ iat: start + 10_000 }, "innocent"))).toBe(true);
});

test("names that an object has by nature are names like any other", () => {
  const { list } = setUp();
  list.add([entry({ value: "__proto__" }), entry({ kind: "subject", value: "constructor" })]);

  expect(list.isRevoked(caller({ jti: "__proto__" }))).toBe(true);
  expect(list.isRevoked(caller({ sub: "toString" }))).toBe(false);
  expect(list.isRevoked(caller({ sub: "constructor" }))).toBe(true);
});
