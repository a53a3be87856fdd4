import { expect, test } from "@jest/globals";
import type { Revocation, RevocationFeed } from "@tollgate/shared/revocations/feed";
import { recordingLog } from "@tollgate/shared/testing/lines";
import { accessTokenClaims } from "@tollgate/shared/testing/signing-keys";
import { callerOf } from "@tollgate/shared/tokens/caller";
import { createRevocations } from "../../src/revocation/revocations.ts";
import { routesSchema } from "../../src/routes/schema.ts";

const ours = "http://issuer.test";

function issuersOf(...entries: object[]) {
  const routes = [{ path: "/", access: "public", upstream: "http://localhost:1" }];
  const common = { jwks_uri: "http://localhost:1/jwks" };
  const issuers = entries.map((entry) => ({ ...common, ...entry }));
  return routesSchema.parse({ issuers, routes }).issuers;
}

const withFeed = (changes: object = {}) => ({
  issuer: ours,
  revocations: { feed: "http://localhost:1/feed", ...changes },
});

/** Revocations over a feed whose pages the test hands out one by one. */
function setUp() {
  const { log, lines } = recordingLog();
  const asked: { url: string; answer: (page: RevocationFeed) => void; signal: AbortSignal }[] = [];
  const revocations = createRevocations({
    log,
    now: Date.now,
    readFeed: ({ url }, signal) =>
      new Promise((answer, reject) => {
        asked.push({ url, answer, signal });
        signal.addEventListener("abort", () => reject(signal.reason));
      }),
  });
  const caller = (claims: object = {}) => {
    const iat = Math.floor(Date.now() / 1_000) - 10;
    return callerOf(accessTokenClaims({ iss: ours, jti: "t1", iat, ...claims }));
  };
  let cursor = 0;
  const revoke = async (...values: string[]) => {
    const now = Math.floor(Date.now() / 1_000);
    const entry = { kind: "token" as const, not_before: now, expires_at: now + 300 };
    cursor += 1;
    const list: Revocation[] = values.map((value) => ({ ...entry, value }));
    asked.at(-1)?.answer({ cursor: String(cursor), reset: true, revocations: list });
    await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    revocations,
    lines,
    asked,
    caller,
    revoke,
    [Symbol.dispose]: () => revocations[Symbol.dispose](),
  };
}

test("whoever has something open hears once that its caller was revoked, and others do not", async () => {
  using stack = setUp();
  const { revocations, caller, revoke } = stack;
  revocations.retain(issuersOf(withFeed()));
  const heard: string[] = [];
  revocations.onRevoked(caller(), () => heard.push("t1"));
  revocations.onRevoked(caller({ jti: "t2" }), () => heard.push("t2"));
  const stop = revocations.onRevoked(caller(), () => heard.push("stopped"));
  stop();

  await revoke("t1");

  expect(heard).toEqual(["t1"]);
});

test("whoever begins to listen too late hears of it all the same", async () => {
  using stack = setUp();
  const { revocations, caller, revoke } = stack;
  revocations.retain(issuersOf(withFeed()));
  await revoke("t1");
  const heard: string[] = [];

  revocations.onRevoked(caller(), () => heard.push("t1"));
  expect(heard).toEqual([]);
  await Promise.resolve();

  expect(heard).toEqual(["t1"]);
});

test("a listener that fails keeps nobody else from hearing", async () => {
  using stack = setUp();
  const { revocations, caller, revoke, lines } = stack;
  revocations.retain(issuersOf(withFeed()));
  const heard: string[] = [];
  revocations.onRevoked(caller(), () => {
    throw new Error("broken");
  });
  revocations.onRevoked(caller(), () => heard.push("t1"));

  await revoke("t1");

  expect(heard).toEqual(["t1"]);
  expect(lines).toContainEqual(
    expect.objectContaining({ event: "revocation_listener_failed", level: "error" }),
  );
});

test("an issuer that the routes' file drops takes its open callers with it, with a feed or without", () => {
  using stack = setUp();
  const { revocations, caller } = stack;
  const plain = { issuer: "http://plain.test" };
  revocations.retain(issuersOf(withFeed(), plain));
  const heard: string[] = [];
  revocations.onRevoked(caller(), () => heard.push("ours"));
  revocations.onRevoked(caller({ iss: plain.issuer }), () => heard.push("plain"));

  revocations.retain(issuersOf(withFeed()));
  expect(heard).toEqual(["plain"]);
  revocations.retain([]);

  expect(heard).toEqual(["plain", "ours"]);
  expect(stack.asked[0]?.signal.aborted).toBe(true);
  expect(revocations.statuses()).toEqual([]);
});

test("a feed that moves is followed where it went, and what was known stays known", async () => {
  using stack = setUp();
  const { revocations, caller, revoke, asked } = stack;
  revocations.retain(issuersOf(withFeed({ when_lost: "refuse" })));
  expect(() => revocations.check(caller())).toThrow(
    expect.objectContaining({ code: "revocations_unavailable" }),
  );
  await revoke("t1");

  revocations.retain(issuersOf(withFeed({ feed: "http://localhost:1/moved", when_lost: "allow" })));

  expect(asked.at(-1)?.url).toBe("http://localhost:1/moved");
  expect(() => revocations.check(caller())).toThrow(
    expect.objectContaining({ code: "token_revoked" }),
  );
  expect(() => revocations.check(caller({ jti: "t2" }))).not.toThrow();
});

test("new settings for the same feed begin no new loop", async () => {
  using stack = setUp();
  const { revocations, asked } = stack;
  revocations.retain(issuersOf(withFeed()));
  revocations.retain(issuersOf(withFeed({ lost_after: "20s", when_lost: "refuse" })));

  expect(asked).toHaveLength(1);
  expect(revocations.statuses()).toMatchObject([{ whenLost: "refuse", isLost: true }]);
});

test("a feed beside the internal network must be https, and too short a patience is a fault", () => {
  expect(() => issuersOf(withFeed({ feed: "http://issuer.example.com/feed" }))).toThrow("https");
  expect(() => issuersOf(withFeed({ lost_after: "1s" }))).toThrow("at least 2s");
  expect(() => issuersOf(withFeed({ when_lost: "shrug" }))).toThrow();
});

test("an issuer that a reload took away is trusted no more, also for what was under way", async () => {
  using stack = setUp();
  const caller = stack.caller();
  stack.revocations.retain(issuersOf(withFeed()));
  stack.revocations.check(caller);

  stack.revocations.retain(issuersOf({ issuer: "http://another.test" }));

  expect(() => stack.revocations.check(caller)).toThrow(
    expect.objectContaining({ code: "token_issuer_unknown" }),
  );
  // A WebSocket whose upstream answers only now.
  await new Promise<void>((resolve) => {
    stack.revocations.onRevoked(caller, resolve);
  });
});
