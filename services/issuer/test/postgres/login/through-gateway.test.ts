import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  appPost,
  apps,
  authorizeParams,
  authorizePath,
  browserOf,
  logIn,
  type PersonTokens,
  refresh,
  typePassword,
} from "../../support/log-in.ts";
import { noticed } from "../../support/noticed.ts";
import { openBehindGateway } from "../../support/open-behind-gateway.ts";
import { sendRaw } from "../../support/send-raw.ts";

let behind: Awaited<ReturnType<typeof openBehindGateway>>;
beforeAll(async () => {
  behind = await openBehindGateway();
});
afterAll(() => behind[Symbol.asyncDispose]());

async function callBilling({ access_token }: PersonTokens) {
  const response = await fetch(`${behind.front.url}/billing/v1/invoices`, {
    headers: { authorization: `Bearer ${access_token}`, cookie: "mine=1" },
  });
  return { status: response.status, body: (await response.json()) as { code?: string } };
}

/** The gateway follows the feed; what it does not know yet it knows within two seconds. */
async function becomesRevoked(tokens: PersonTokens): Promise<number> {
  const begun = performance.now();
  await noticed(async () => (await callBilling(tokens)).body.code === "token_revoked");
  return performance.now() - begun;
}

test("a login passes the gateway: cookies, forms, redirects on the public origin, and the token", async () => {
  const browser = browserOf(behind.front);
  const begun = await browser.open(authorizePath(authorizeParams()));
  expect(begun.headers.getSetCookie()).toHaveLength(4);
  expect(begun.ownPath).toMatch(/^\/oauth\/interaction\/[\w-]{43}$/);
  const page = await browser.follow(begun);
  expect(page.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  expect(page.headers.get("ratelimit-policy")).toBeTruthy();
  const back = await typePassword(browser, page);
  expect(back.location.startsWith(`${apps["app-web"]}?code=`)).toBe(true);

  const tokens = await logIn(behind.front, "app-web", browser);
  expect(tokens.status).toBe(200);
  expect(await callBilling(tokens)).toMatchObject({ status: 200 });
  expect(behind.asked).toEqual([{ path: "/v1/invoices", cookie: undefined }]);
  const userinfo = await fetch(`${behind.front.url}/oauth/userinfo`, {
    headers: { authorization: `Bearer ${tokens.access_token}` },
  });
  expect(await userinfo.json()).toMatchObject({ sub: "usr_ada" });
});

test("where other providers send people back to has a rate as the pages have", async () => {
  const page = await browserOf(behind.front).open("/oauth/federation/callback/outside?state=x");
  expect(page.status).toBe(400);
  expect(page.headers.get("ratelimit-policy")).toBeTruthy();
});

test("what a client says about where it came from changes no redirect and no cookie", async () => {
  const response = await sendRaw(behind.front.url, {
    target: authorizePath(authorizeParams()),
    headers: {
      host: "id.example.test",
      "x-forwarded-proto": "http",
      "x-forwarded-host": "evil.example",
      forwarded: "host=evil.example;proto=http",
    },
  });
  expect(response.status).toBe(303);
  expect(JSON.stringify(response.headers)).not.toContain("evil");
  for (const cookie of response.headers["set-cookie"] as string[]) {
    expect(cookie).toMatch(/^__Secure-.*; secure; httponly$/);
  }
});

test("a logout ends the session's access tokens at the gateway within two seconds", async () => {
  const browser = browserOf(behind.front);
  const tokens = await logIn(behind.front, "app-web", browser);
  expect((await callBilling(tokens)).status).toBe(200);
  const page = await browser.open(`/oauth/logout?id_token_hint=${tokens.id_token}`);
  const { action, fields } = page.form("/confirm");
  const done = await browser.follow(await browser.submit(action, { ...fields, logout: "yes" }));
  expect(done.text).toContain("You are logged out");
  expect(await becomesRevoked(tokens)).toBeLessThan(2_000);
});

test("a refresh token that comes twice ends the session's access tokens at the gateway", async () => {
  const first = await logIn(behind.front, "app-strict");
  const second = await refresh(behind.front, "app-strict", first.refresh_token);
  expect((await callBilling(second)).status).toBe(200);
  await refresh(behind.front, "app-strict", first.refresh_token);
  await becomesRevoked(second);
  await becomesRevoked(first);
  // And a new login works at once.
  expect((await callBilling(await logIn(behind.front, "app-strict"))).status).toBe(200);
});

test("a revoked refresh token ends the session's access tokens at the gateway", async () => {
  const tokens = await logIn(behind.front);
  await appPost(behind.front, "app-web", "/oauth/revoke", { token: tokens.refresh_token });
  await becomesRevoked(tokens);
});

test("the feed and what else is internal is not behind the gateway's door", async () => {
  for (const path of ["/internal/revocations", "/oauth/../internal/revocations"]) {
    const response = await sendRaw(behind.front.url, { target: path });
    expect([400, 404]).toContain(response.status);
  }
});
