import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { revocationFeedSchema } from "@tollgate/shared/revocations/feed";
import { decodeJwt } from "jose";
import { createIssuerDatabase } from "../support/issuer-database.ts";
import { issuerSettings } from "../support/issuer-settings.ts";
import { openIssuer } from "../support/open-issuer.ts";
import { startTestIssuer } from "../support/start-test-issuer.ts";
import { answerOf } from "../support/token-answer.ts";

let issuer: Awaited<ReturnType<typeof openIssuer>>;
beforeAll(async () => {
  issuer = await openIssuer();
});
afterAll(() => issuer[Symbol.asyncDispose]());

type Issuer = Pick<typeof issuer, "token" | "revoke" | "revocations">;

async function revokeOne(at: Issuer) {
  const answer = await answerOf(await at.token({ grant_type: "client_credentials" }, "svc-reader"));
  await at.revoke(answer.access_token, "svc-reader");
  return decodeJwt(answer.access_token);
}

const read = async (at: Issuer, query = "") => {
  const response = await at.revocations(query);
  expect(response.status).toBe(200);
  return revocationFeedSchema.parse(await response.json());
};

test("a revoked token is in the feed until it has expired, and may be forgotten then", async () => {
  const { jti, exp } = await revokeOne(issuer);
  const response = await issuer.revocations();
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(response.headers.get("content-type")).toMatch(/^application\/json/);
  const { revocations, reset } = revocationFeedSchema.parse(await response.json());
  expect(reset).toBe(true);
  expect(revocations).toContainEqual({
    kind: "token",
    value: jti,
    not_before: expect.any(Number),
    expires_at: Number(exp) + 60,
  });
});

test("who waits hears of a revocation as it happens", async () => {
  const { cursor } = await read(issuer);
  const waiting = read(issuer, `?since=${cursor}&wait=25`);
  const { jti } = await revokeOne(issuer);
  const news = await waiting;
  expect(news).toMatchObject({ reset: false, revocations: [{ kind: "token", value: jti }] });
  expect(await read(issuer, `?since=${news.cursor}`)).toEqual({
    cursor: news.cursor,
    reset: false,
    revocations: [],
  });
});

test("who waits for nothing gets an empty list and the same cursor, but not at once", async () => {
  const { cursor } = await read(issuer);
  const begun = performance.now();
  expect(await read(issuer, `?since=${cursor}&wait=1`)).toEqual({
    cursor,
    reset: false,
    revocations: [],
  });
  expect(performance.now() - begun).toBeGreaterThan(900);
});

test("an unknown cursor does not wait: the whole list comes at once", async () => {
  await revokeOne(issuer);
  const feed = await read(issuer, "?since=from-another-deployment&wait=25");
  expect(feed.reset).toBe(true);
  expect(feed.revocations.length).toBeGreaterThan(0);
});

test.each(["?wait=26", "?wait=-1", "?wait=1.5", "?wait=x", "?wait=1&wait=2", "?sinse=1"])(
  "the query %s is refused",
  async (query) => {
    const response = await issuer.revocations(query);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: "invalid_request" });
  },
);

test("what one replica revokes wakes those who wait at another", async () => {
  await using database = await createIssuerDatabase();
  await using settings = await issuerSettings(database.url);
  await using first = await startTestIssuer(settings.env);
  await using second = await startTestIssuer(settings.env);
  await Promise.all([first.becomes(200), second.becomes(200)]);
  const { cursor } = await read(second);
  const waiting = read(second, `?since=${cursor}&wait=25`);

  const begun = performance.now();
  const { jti } = await revokeOne(first);

  expect(await waiting).toMatchObject({ revocations: [{ value: jti }] });
  expect(performance.now() - begun).toBeLessThan(2_000);
});

test("an issuer that stops sends home who waits", async () => {
  await using database = await createIssuerDatabase();
  await using settings = await issuerSettings(database.url);
  const stopping = await startTestIssuer({ ...settings.env, ISSUER_DRAIN_MS: "20000" });
  await stopping.becomes(200);
  const { cursor } = await read(stopping);
  const waiting = read(stopping, `?since=${cursor}&wait=25`);
  for (let other = 0; other < 3; other += 1) await read(stopping); // it is in by now
  await stopping[Symbol.asyncDispose]();
  expect(await waiting).toEqual({ cursor, reset: false, revocations: [] });
});

test("without the store the feed is a 503", async () => {
  await using database = await createIssuerDatabase();
  await using settings = await issuerSettings(database.url);
  await using cut = await startTestIssuer(settings.env);
  await cut.becomes(200);
  await database.takeDown();
  const response = await cut.revocations();
  expect(response.status).toBe(503);
  expect(response.headers.get("content-type")).toMatch(/^application\/problem\+json/);
  expect(await response.json()).toMatchObject({ code: "dependency_unavailable" });
  await database.bringBack();
});
