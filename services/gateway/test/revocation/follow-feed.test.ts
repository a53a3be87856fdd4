import { expect, test } from "@jest/globals";
import { type Revocation, revocationFeedSchema } from "@tollgate/shared/revocations/feed";
import { startServer } from "@tollgate/shared/testing/start-server";
import { followFeed } from "../../src/revocation/follow-feed.ts";
import { startRevocationFeed } from "../support/revocation-feed.ts";

type Outcome = { ok: true } | { ok: false; reason: string };

/** Follows a feed, and lets a test wait for the next thing that happens. */
function follow(url: string, lostAfterMs = 10_000) {
  const got: Revocation[] = [];
  const outcomes: Outcome[] = [];
  let waiting: (() => void)[] = [];
  const feed = followFeed(
    { url, lostAfterMs: () => lostAfterMs },
    {
      onRevocations: (revocations) => got.push(...revocations),
      onAnswer: (outcome) => {
        outcomes.push(outcome);
        for (const wake of waiting.splice(0)) wake();
      },
    },
  );
  const until = async (isSo: () => boolean) => {
    while (!isSo()) {
      await new Promise<void>((resolve) => {
        waiting = [...waiting, resolve];
      });
    }
  };
  return { feed, got, outcomes, until, [Symbol.dispose]: () => feed[Symbol.dispose]() };
}

const values = (revocations: Revocation[]) => revocations.map(({ value }) => value);
const numbered = (count: number) => Array.from({ length: count }, (_, at) => ({ value: `t${at}` }));

test("what is in force is read at first, and what is new as soon as there is any", async () => {
  await using issuer = await startRevocationFeed();
  issuer.revoke({ value: "before" });
  using followed = follow(issuer.url);
  expect(followed.feed.ageMs()).toBeUndefined();
  await followed.until(() => followed.got.length === 1);

  issuer.revoke({ value: "after" });
  await followed.until(() => followed.got.length === 2);

  expect(values(followed.got)).toEqual(["before", "after"]);
  expect(issuer.questions.slice(0, 2)).toEqual([
    "/internal/revocations",
    "/internal/revocations?since",
  ]);
  expect(followed.feed.ageMs()).toBeLessThan(10_000);
});

test("a list of several pages is read to its end before it counts as known", async () => {
  await using issuer = await startRevocationFeed();
  issuer.revoke(...numbered(2_500));
  using followed = follow(issuer.url);

  await followed.until(() => followed.outcomes.length === 2);
  expect(followed.feed.ageMs()).toBeUndefined();
  await followed.until(() => followed.outcomes.length === 3);

  expect(new Set(values(followed.got)).size).toBe(2_500);
  expect(followed.feed.ageMs()).toBeDefined();
});

test("a cursor that the issuer does not know any more brings the whole list", async () => {
  await using issuer = await startRevocationFeed();
  issuer.revoke({ value: "first" });
  using followed = follow(issuer.url);
  await followed.until(() => followed.got.length === 1);

  issuer.restore([{ value: "other" }]);
  await followed.until(() => followed.got.length === 2);
  issuer.revoke({ value: "more" });
  await followed.until(() => followed.got.length === 3);

  expect(values(followed.got)).toEqual(["first", "other", "more"]);
});

test.each([
  ["down", (response) => response.writeHead(503).end()],
  ["somewhere else", (response) => response.writeHead(302, { location: "/x" }).end()],
  ["talking nonsense", (response) => response.end("<html>")],
  ["cut off", (response) => response.destroy()],
  ["too long", (response) => response.end(`"${" ".repeat(2_000_000)}"`)],
] as [string, Parameters<Awaited<ReturnType<typeof startRevocationFeed>>["misbehave"]>[0]][])(
  "a feed that is %s for a while loses nothing: it goes on from where it was",
  async (_how, misbehave) => {
    await using issuer = await startRevocationFeed();
    issuer.revoke({ value: "before" });
    using followed = follow(issuer.url);
    await followed.until(() => followed.got.length === 1);

    issuer.misbehave(misbehave);
    await followed.until(() => followed.outcomes.filter(({ ok }) => !ok).length >= 3);
    issuer.misbehave(undefined);
    issuer.revoke({ value: "after" });
    await followed.until(() => followed.got.length === 2);

    expect(values(followed.got)).toEqual(["before", "after"]);
  },
);

const page = (changes: object) =>
  JSON.stringify({ cursor: "c1", reset: true, revocations: [], ...changes });
const good = { kind: "token", value: "t", not_before: 1, expires_at: 2 };

test.each([
  ["an unknown kind", page({ revocations: [{ ...good, kind: "planet" }] })],
  ["an empty value", page({ revocations: [{ ...good, value: "" }] })],
  ["a time that is no number", page({ revocations: [{ ...good, expires_at: "soon" }] })],
  ["a fraction of a second", page({ revocations: [{ ...good, not_before: 1.5 }] })],
  ["more entries than a page holds", page({ revocations: Array(1_001).fill(good) })],
  ["no cursor", page({ cursor: "" })],
  ["an endless cursor", page({ cursor: "c".repeat(1_025) })],
  ["no beginning", page({ reset: false })],
])("a page with %s is refused whole", async (_what, text) => {
  await using server = await startServer((_request, response) => response.end(text));
  using followed = follow(server.url);

  await followed.until(() => followed.outcomes.length === 1);

  expect(followed.outcomes[0]?.ok).toBe(false);
  expect(followed.got).toEqual([]);
});

test("an issuer whose cursor stands still, or who does not wait, is not asked without a pause", async () => {
  let questions = 0;
  await using server = await startServer((_request, response) => {
    questions += 1;
    response.end(questions === 1 ? page({ revocations: [good] }) : page({ reset: false }));
  });
  const startedAt = performance.now();
  using followed = follow(server.url);

  await followed.until(() => followed.outcomes.length === 5);

  expect(performance.now() - startedAt).toBeGreaterThan(900);
  expect(questions).toBeLessThanOrEqual(6);
});

test("a feed that hangs is given up in time, and asked again", async () => {
  let questions = 0;
  await using server = await startServer((_request, response) => {
    questions += 1;
    if (questions > 1) response.end(page({}));
  });
  using followed = follow(server.url, 2_000);

  await followed.until(() => followed.outcomes.length === 2);

  expect(followed.outcomes).toEqual([
    { ok: false, reason: expect.stringContaining("no answer within") },
    { ok: true },
  ]);
});

test("nobody is asked any more once the follower is disposed of", async () => {
  await using issuer = await startRevocationFeed();
  const followed = follow(issuer.url);
  await followed.until(() => followed.outcomes.length === 1);
  followed.feed[Symbol.dispose]();
  const { length } = issuer.questions;

  issuer.revoke({ value: "later" });
  await new Promise((resolve) => setTimeout(resolve, 600));

  expect(issuer.questions.length).toBeLessThanOrEqual(length + 1);
  expect(followed.got).toEqual([]);
});

test("what the fake answers is what the contract says", async () => {
  await using issuer = await startRevocationFeed();
  issuer.revoke({ value: "t" });

  const response = await fetch(issuer.url);

  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(revocationFeedSchema.parse(await response.json())).toMatchObject({ reset: true });
});
