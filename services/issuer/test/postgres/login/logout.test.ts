import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { decodeJwt } from "jose";
import type { Browser } from "../../support/browser.ts";
import {
  appPost,
  authorizeParams,
  authorizePath,
  browserOf,
  codeFor,
  logIn,
  type PersonTokens,
  redeem,
  refresh,
} from "../../support/log-in.ts";
import { openIssuer } from "../../support/open-issuer.ts";

let issuer: Awaited<ReturnType<typeof openIssuer>>;
beforeAll(async () => {
  issuer = await openIssuer();
});
afterAll(() => issuer[Symbol.asyncDispose]());

const logoutPath = (params: Record<string, string>) =>
  `/oauth/logout?${new URLSearchParams(params)}`;
const bye = "https://app.example.test/bye";

async function isLoggedIn(browser: Browser): Promise<boolean> {
  const quiet = authorizePath(authorizeParams("app-web", { prompt: "none" }));
  return (await browser.open(quiet)).params.code !== undefined;
}

const isAlive = async ({ access_token }: PersonTokens) =>
  (await issuer.get("/oauth/userinfo", { headers: { authorization: `Bearer ${access_token}` } }))
    .status === 200;

test("an app sends a person to log out, who confirms it, and comes back", async () => {
  const browser = browserOf(issuer);
  const tokens = await logIn(issuer, "app-web", browser);
  const shop = await redeem(
    issuer,
    "app-shop",
    await codeFor(browser, authorizeParams("app-shop")),
  );
  const page = await browser.open(
    logoutPath({ id_token_hint: tokens.id_token, post_logout_redirect_uri: bye, state: "s" }),
  );
  expect(page.status).toBe(200);
  expect(page.text).toContain("You are logged in as ada.");
  expect(page.text).not.toContain("<script");
  expect(page.headers.get("content-security-policy")).toContain(
    "form-action 'self' https://app.example.test;",
  );
  expect(await isLoggedIn(browser)).toBe(true); // asking is not doing

  const fresh = await browser.open(
    logoutPath({ id_token_hint: tokens.id_token, post_logout_redirect_uri: bye, state: "s" }),
  );
  const { action, fields } = fresh.form("/confirm");
  const back = await browser.submit(action, { ...fields, logout: "yes" });
  expect(back).toMatchObject({ status: 303, location: `${bye}?state=s` });

  expect(await isLoggedIn(browser)).toBe(false);
  for (const [app, each] of [
    ["app-web", tokens],
    ["app-shop", shop],
  ] as const) {
    expect((await refresh(issuer, app, each.refresh_token)).status).toBe(400);
    expect(await isAlive(each)).toBe(false);
  }
  const feed = JSON.stringify(await (await issuer.revocations()).json());
  for (const { access_token } of [tokens, shop]) {
    expect(feed).toContain(decodeJwt(access_token).sid);
  }
  await issuer.audited();
  expect(issuer.linesOf("session_ended")).toContainEqual(
    expect.objectContaining({ sub: "usr_ada", reason: "the person logged out" }),
  );
});

test("a person may log out of one app alone", async () => {
  const browser = browserOf(issuer);
  const web = await logIn(issuer, "app-web", browser);
  const strict = await redeem(
    issuer,
    "app-strict",
    await codeFor(browser, authorizeParams("app-strict")),
  );
  const page = await browser.open(logoutPath({ id_token_hint: web.id_token }));
  expect(page.text).toContain("Log out of The web app only");
  const { action, fields } = page.form("/confirm");
  const back = await browser.follow(await browser.submit(action, fields));
  expect(back.status).toBe(200);
  expect(back.text).toContain("You are logged out");
  expect([await isAlive(web), await isAlive(strict)]).toEqual([false, true]);
  expect((await refresh(issuer, "app-web", web.refresh_token)).status).toBe(400);
  expect((await refresh(issuer, "app-strict", strict.refresh_token)).status).toBe(200);
});

test("without a session there is a page to go on from, and no script", async () => {
  const browser = browserOf(issuer);
  const page = await browser.open(
    logoutPath({ client_id: "app-web", post_logout_redirect_uri: bye }),
  );
  expect(page.status).toBe(200);
  expect(page.text).toContain("Nobody is logged in");
  expect(page.text).not.toContain("<script");
  const { action, fields } = page.form("/confirm");
  const back = await browser.submit(action, { ...fields, logout: "yes" });
  expect(back.location).toBe(bye);
});

test.each([
  ["where it goes is not registered", { post_logout_redirect_uri: "https://evil.example/" }],
  ["the ID token is not ours", { id_token_hint: "e30.e30.e30" }],
  ["the client is not there", { client_id: "nobody" }],
])("a logout is refused when %s", async (_what, changes) => {
  const browser = browserOf(issuer);
  const page = await browser.open(logoutPath({ client_id: "app-web", ...changes }));
  expect(page.status).toBe(400);
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(page.text).not.toContain("evil");
});

test("an address to go to without an app that it belongs to is not gone to", async () => {
  const browser = browserOf(issuer);
  await logIn(issuer, "app-web", browser);
  const page = await browser.open(logoutPath({ post_logout_redirect_uri: bye }));
  const { action, fields } = page.form("/confirm");
  const back = await browser.submit(action, { ...fields, logout: "yes" });
  expect(back.location).toBe("https://id.example.test/oauth/logout/success");
  expect((await browser.follow(back)).text).toContain("You can close this page.");
});

test("nobody is logged out by another site's form", async () => {
  const browser = browserOf(issuer);
  await logIn(issuer, "app-web", browser);
  await browser.open(logoutPath({}));
  for (const xsrf of ["", "guessed"]) {
    const page = await browser.submit("/oauth/logout/confirm", { xsrf, logout: "yes" });
    expect(page.status).toBe(400);
  }
  expect(await isLoggedIn(browser)).toBe(true);
});

test("who revokes a refresh token ends its family, and the access tokens of its session", async () => {
  const tokens = await logIn(issuer);
  const next = await refresh(issuer, "app-web", tokens.refresh_token);
  const stranger = await appPost(issuer, "app-strict", "/oauth/revoke", {
    token: next.refresh_token,
  });
  expect(stranger.status).toBe(200); // RFC 7009 section 2.2: it learns nothing
  expect(await isAlive(next)).toBe(true);
  const own = await appPost(issuer, "app-web", "/oauth/revoke", { token: next.refresh_token });
  expect(own.status).toBe(200);
  expect((await refresh(issuer, "app-web", next.refresh_token)).status).toBe(400);
  expect([await isAlive(tokens), await isAlive(next)]).toEqual([false, false]);
});

test("who revokes an access token ends that one alone", async () => {
  const tokens = await logIn(issuer);
  const { access_token: token } = tokens;
  expect((await appPost(issuer, "app-web", "/oauth/revoke", { token })).status).toBe(200);
  expect(await isAlive(tokens)).toBe(false);
  expect((await refresh(issuer, "app-web", tokens.refresh_token)).status).toBe(200);
});
