import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { decodeJwt } from "jose";
import { browserOf, redeem } from "../support/log-in.ts";
import { back, come, leave, openOutsideLogin } from "../support/outside-login.ts";
import { issuerUrl } from "../support/sign-assertion.ts";
import { outsideClient } from "../support/start-outside-provider.ts";

let login: Awaited<ReturnType<typeof openOutsideLogin>>;
beforeAll(async () => {
  login = await openOutsideLogin();
});
afterAll(() => login[Symbol.asyncDispose]());

test("a person logs in at another provider, and the app gets our tokens of who they are here", async () => {
  const browser = browserOf(login.issuer);
  const { shown, begun } = await leave(browser);
  expect(shown.text).toContain("Continue with The outside one");
  expect(shown.headers.get("content-security-policy")).toContain(login.outside.issuer);
  expect(begun.status).toBe(303);
  expect(begun.location).toMatch(`${login.outside.issuer}/authorize?`);
  expect(Object.fromEntries(new URL(begun.location).searchParams)).toEqual({
    response_type: "code",
    client_id: outsideClient.id,
    redirect_uri: `${issuerUrl}/oauth/federation/callback/outside`,
    scope: "openid profile",
    state: expect.stringMatching(/^[\w-]{43}$/),
    nonce: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge_method: "S256",
  });

  const end = await come(browser, login.outside.approve(begun.location));
  const tokens = await redeem(login.issuer, "app-web", end.params.code ?? "");
  expect(tokens.status).toBe(200);
  expect(decodeJwt(tokens.access_token)).toMatchObject({
    ...{ sub: "usr_ada", client_id: "app-web", token_use: "user", scope: "openid invoices:read" },
    ...{ amr: ["hwk"], auth_time: expect.any(Number) },
  });
  expect(login.issuer.linesOf("login_succeeded").at(-1)).toMatchObject({
    ...{ sub: "usr_ada", provider: "outside", amr: ["hwk"], acr: "gold" },
  });
});

test("when they logged in is what the provider says, and never in the future", async () => {
  for (const [said, heard] of [
    [1_000_000, 1_000_000],
    [9_000_000_000, undefined],
  ]) {
    const browser = browserOf(login.issuer);
    const { begun } = await leave(browser);
    const end = await come(
      browser,
      login.outside.approve(begun.location, { claims: { auth_time: said } }),
    );
    // So long ago that the engine would ask again at once, were this not an answer to its question.
    const tokens = await redeem(login.issuer, "app-web", end.params.code ?? "");
    const { auth_time, iat } = decodeJwt(tokens.access_token);
    expect(auth_time).toBeLessThanOrEqual(heard ?? Number(iat));
  }
});

test("whoever must log in anew must do so there, and is not let in without", async () => {
  const browser = browserOf(login.issuer);
  const { begun } = await leave(browser, "outside", { prompt: "login" });
  const { searchParams } = new URL(begun.location);
  expect(searchParams.get("prompt")).toBe("login");
  expect(searchParams.get("max_age")).toBe("0");
  const longAgo = { auth_time: Math.floor(Date.now() / 1_000) - 600 };
  const end = await come(browser, login.outside.approve(begun.location, { claims: longAgo }));
  login.expectRefused(end, 502, "login_not_renewed");
});

test("an answer is good once", async () => {
  const browser = browserOf(login.issuer);
  const { begun } = await leave(browser);
  const answer = login.outside.approve(begun.location);
  const received = await browser.open(back(answer));
  const again = received.ownPath ?? "";
  expect((await come(browser, answer)).params.code).toBeDefined();
  expect((await browser.open(again)).status).toBe(400);
  login.expectRefused(await come(browser, answer), 400, "state_unknown");
});

test("of copies of an answer that come at once, one is taken", async () => {
  const browser = browserOf(login.issuer);
  const { begun } = await leave(browser);
  const answer = login.outside.approve(begun.location);
  const path = (await browser.open(back(answer))).ownPath ?? "";
  const pages = await Promise.all(Array.from({ length: 8 }, () => browser.open(path)));
  expect(pages.filter(({ status }) => status === 303)).toHaveLength(1);
  expect(login.outside.redeemed.filter((code) => code === answer.code)).toHaveLength(1);
});

test("an answer to somebody else's question logs nobody in", async () => {
  const [attacker, victim] = [browserOf(login.issuer), browserOf(login.issuer)];
  const { begun } = await leave(attacker);
  await leave(victim);
  const answer = login.outside.approve(begun.location);
  const page = await come(victim, answer);
  expect(page.status).toBe(400);
  expect(page.text).toContain("opened in another browser");
  expect(login.outside.redeemed).not.toContain(answer.code);
});

test("an answer that is moved into another interaction of the same browser logs nobody in", async () => {
  const browser = browserOf(login.issuer);
  const first = await leave(browser);
  const second = await leave(browser);
  const answer = login.outside.approve(first.begun.location);
  const [from, into] = [first, second].map(({ shown }) => shown.form("/federated/outside").action);
  const moved = (await browser.open(back(answer))).ownPath?.replace(from ?? "", into ?? "");
  login.expectRefused(await browser.open(moved ?? ""), 400, "state_foreign");
  expect(login.outside.redeemed).not.toContain(answer.code);
});

test("one provider's answer is not taken for another's (RFC 9207)", async () => {
  const browser = browserOf(login.issuer);
  const { begun } = await leave(browser, "other");
  const answer = login.outside.approve(begun.location);
  login.expectRefused(await come(browser, answer, "outside"), 400, "mix_up");
  login.expectRefused(await come(browser, answer, "other"), 502, "oauth_invalid_response");
  expect([...login.outside.redeemed, ...login.other.redeemed]).not.toContain(answer.code);
});

test("an answer without the issuer is not taken of a provider that promises it", async () => {
  const browser = browserOf(login.issuer);
  const { begun } = await leave(browser);
  const { iss: _, ...answer } = login.outside.approve(begun.location);
  login.expectRefused(await come(browser, answer), 502, "oauth_invalid_response");
});

test.each([
  ["no state", { state: "" }],
  ["a state that nobody gave", { state: "x".repeat(43) }],
  ["a state that is no text", { state: "\u0000" }],
])("an answer with %s leads nowhere", async (_what, changes) => {
  const browser = browserOf(login.issuer);
  const { begun } = await leave(browser);
  const page = await come(browser, { ...login.outside.approve(begun.location), ...changes });
  login.expectRefused(page, 400, "state_unknown");
});

test("a form that is not our page's begins nothing, and an unknown provider is not found", async () => {
  const browser = browserOf(login.issuer);
  const { shown } = await leave(browser);
  const { action, fields } = shown.form("/federated/outside");
  expect((await browser.submit(action, { ...fields, csrf: "x" })).status).toBe(403);
  expect((await browser.submit(action.replace("outside", "nowhere"), fields)).status).toBe(404);
  expect((await browser.open(action)).status).toBe(405);
});

test("while the store is away an answer is neither taken nor lost", async () => {
  const browser = browserOf(login.issuer);
  const { begun } = await leave(browser);
  const answer = login.outside.approve(begun.location);
  await login.issuer.database.run("ALTER TABLE engine_records RENAME TO away");
  const page = await browser.open(back(answer));
  await login.issuer.database.run("ALTER TABLE away RENAME TO engine_records");
  expect(page.status).toBe(503);
  expect(page.headers.get("retry-after")).toBe("2");
  expect(page.text).toContain("dependency_unavailable");
  expect((await come(browser, answer)).params.code).toBeDefined();
});

test("nothing of an outside login is kept or logged that would be good for anything", async () => {
  const browser = browserOf(login.issuer);
  const { begun } = await leave(browser);
  const answer = login.outside.approve(begun.location);
  await come(browser, answer);
  await login.issuer.audited();
  const stored = await login.issuer.database.run("SELECT * FROM engine_records");
  const kept = JSON.stringify([
    stored,
    await login.issuer.database.run("SELECT * FROM audit_events"),
  ]);
  for (const secret of [answer.state, answer.code, outsideClient.secret, "theirs"]) {
    expect(kept + JSON.stringify(login.issuer.lines)).not.toContain(
      JSON.stringify(secret).slice(1, -1),
    );
  }
});
