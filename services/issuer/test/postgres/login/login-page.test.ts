import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  apps,
  authorizeParams,
  authorizePath,
  browserOf,
  redeem,
  typePassword,
} from "../../support/log-in.ts";
import { openIssuer } from "../../support/open-issuer.ts";
import { people } from "../../support/people.ts";

let issuer: Awaited<ReturnType<typeof openIssuer>>;
beforeAll(async () => {
  issuer = await openIssuer();
});
afterAll(() => issuer[Symbol.asyncDispose]());

async function openLogin(changes: Record<string, string> = {}) {
  const browser = browserOf(issuer);
  const begun = await browser.open(authorizePath(authorizeParams("app-web", changes)));
  return { browser, begun, page: await browser.follow(begun) };
}

const wrong = (page: { text: string }) => page.text.includes("do not match");

test("the page stands alone, in nobody's frame, and is kept nowhere", async () => {
  const { page } = await openLogin();
  expect(page.status).toBe(200);
  expect(page.headers.get("content-security-policy")).toMatch(
    /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; form-action 'self' https:\/\/app\.example\.test https:\/\/login\.outside\.example; frame-ancestors 'none'; base-uri 'none'$/,
  );
  expect(Object.fromEntries(page.headers)).toMatchObject({
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
  });
  expect(page.text).not.toMatch(/<script|<link|<img|style="|onload/);
  expect(page.text.match(/<h1>/g)).toHaveLength(1);
  expect(page.text).toContain('<html lang="en">');
  expect(page.text).toContain('autocomplete="username"');
  expect(page.text).toContain('autocomplete="current-password"');
  expect(page.text).toContain("The web app");
});

test("its cookies are for this interaction alone, and no script reads them", async () => {
  const { begun } = await openLogin();
  const cookies = begun.headers.getSetCookie();
  expect(cookies).toHaveLength(4); // two, each with its signature
  for (const cookie of cookies) {
    expect(cookie).toMatch(
      /^__Secure-tollgate_(interaction|resume)(\.sig)?=[\w-]+; path=\/oauth\/(interaction|authorize)\/[\w-]{43}; .*samesite=lax; secure; httponly$/,
    );
  }
});

test("a wrong password is told on the page, with what was typed and no more", async () => {
  const { browser, page } = await openLogin();
  const username = `ada"><script>`;
  const shown = await typePassword(browser, page, { username, password: "wrong <b>password</b>" });
  expect(shown.status).toBe(401);
  expect(shown.text).toContain('role="alert"');
  expect(shown.text).toContain("<title>Error: Log in - Tollgate</title>");
  expect(shown.text).toContain('value="ada&quot;&gt;&lt;script&gt;"');
  expect(shown.text).not.toContain("wrong");
  expect(wrong(shown)).toBe(true);
  // And the next try on that page may be right.
  expect((await typePassword(browser, shown)).params).toHaveProperty("code");
});

test("unknown, disabled and mistyped are answered the same", async () => {
  const { browser, page } = await openLogin();
  const answers = [
    { username: "nobody", password: "x" },
    { username: people.bob.username, password: people.bob.password },
    { username: "ada", password: "x" },
  ].map(async (typed) => {
    const shown = await typePassword(browser, page, typed);
    return { status: shown.status, text: shown.text.replaceAll(typed.username, "…") };
  });
  const [unknown, disabled, mistyped] = await Promise.all(answers);
  expect(disabled).toEqual(unknown);
  expect(mistyped).toEqual(unknown);
});

test("a form without the page's token, or with that of another page, is refused", async () => {
  const { browser, page } = await openLogin();
  const other = await openLogin();
  const { action, fields } = page.form("/login");
  for (const csrf of ["", "AAAA", other.page.form("/login").fields.csrf ?? ""]) {
    const typed = { ...fields, csrf, username: "ada", password: people.ada.password };
    const refused = await browser.submit(action, typed);
    expect(refused).toMatchObject({ status: 403, location: "" });
    expect(refused.text).toContain("form_foreign");
  }
  const missing = await browser.submit(action, { username: "ada", password: people.ada.password });
  expect(missing.status).toBe(403);
});

test("a form that the browser says came from elsewhere is refused", async () => {
  const { browser, page } = await openLogin();
  const { action, fields } = page.form("/login");
  const typed = { ...fields, username: "ada", password: people.ada.password };
  const refused = await browser.submit(action, typed, { "sec-fetch-site": "cross-site" });
  expect(refused.status).toBe(403);
  const own = await browser.submit(action, typed, { "sec-fetch-site": "same-origin" });
  expect(own.status).toBe(303);
});

test("another browser has no part in an interaction, whatever it knows of it", async () => {
  const { browser, begun, page } = await openLogin();
  const stranger = browserOf(issuer);
  expect(await stranger.open(begun.location)).toMatchObject({ status: 400, location: "" });

  const { action, fields } = page.form("/login");
  const typed = { ...fields, username: "ada", password: people.ada.password };
  expect((await stranger.submit(action, typed)).text).toContain("interaction_gone");

  // Login CSRF: who has logged in cannot send somebody else to where that led.
  const ended = await browser.submit(action, typed);
  expect(ended.ownPath).toMatch(/^\/oauth\/authorize\/[\w-]{43}$/);
  const lured = await stranger.open(ended.ownPath ?? "");
  expect(lured).toMatchObject({ status: 400, location: "" });
  expect(stranger.jar.size).toBe(0);
  expect((await browser.follow(ended)).params).toHaveProperty("code");
});

test("the token of one interaction does not open another one of the same browser", async () => {
  const browser = browserOf(issuer);
  const first = await browser.follow(await browser.open(authorizePath(authorizeParams())));
  const second = await browser.follow(await browser.open(authorizePath(authorizeParams())));
  const { action } = second.form("/login");
  const { fields } = first.form("/login");
  const typed = { ...fields, username: "ada", password: people.ada.password };
  expect((await browser.submit(action, typed)).status).toBe(403);
});

test("an interaction ends with its login", async () => {
  const { browser, begun, page } = await openLogin();
  await typePassword(browser, page);
  expect((await browser.open(begun.location)).status).toBe(400);
  const { action, fields } = page.form("/login");
  const again = { ...fields, username: "ada", password: people.ada.password };
  expect((await browser.submit(action, again)).status).toBe(400);
});

test("a session that somebody prepared is not the one that a person logs in to", async () => {
  const { browser, page } = await openLogin();
  await typePassword(browser, page);
  const session = [...browser.jar].find(([key]) => key.startsWith("__Host-tollgate_session /"));
  const planted = session?.[1].value ?? "";
  expect(planted).toMatch(/^[\w-]{43}$/);
  const again = await browser.follow(
    await browser.open(authorizePath(authorizeParams("app-web", { prompt: "login" }))),
  );
  await typePassword(browser, again);
  const after = browser.jar.get("__Host-tollgate_session /")?.value;
  expect(after).not.toBe(planted);
});

test("the session's cookie is the host's, ends with the browser, and is no other site's", async () => {
  const { browser, page } = await openLogin();
  const { action, fields } = page.form("/login");
  const typed = { ...fields, username: "ada", password: people.ada.password };
  const ended = await browser.submit(action, typed);
  const last = await browser.open(ended.ownPath ?? "");
  const [cookie = ""] = last.headers.getSetCookie().filter((each) => each.startsWith("__Host-"));
  expect(cookie).toMatch(
    /^__Host-tollgate_session=[\w-]{43}; path=\/; samesite=lax; secure; httponly$/,
  );
});

test("who cancels goes back to the app", async () => {
  const { browser, page } = await openLogin();
  const { action, fields } = page.form("/abort");
  const back = await browser.follow(await browser.submit(action, fields));
  expect(back.location.startsWith(apps["app-web"])).toBe(true);
  expect(back.params).toMatchObject({ error: "access_denied", state: "a state" });
});

test("a login hint is typed in for the person, and is only text", async () => {
  const { page } = await openLogin({ login_hint: `a"b<c` });
  expect(page.text).toContain('value="a&quot;b&lt;c"');
});

test("logins are in the audit trail, and no password, cookie or code is in the log", async () => {
  const { browser, page } = await openLogin();
  await typePassword(browser, page, { username: "my-password-typed-here", password: "x" });
  const { params } = await typePassword(browser, page);
  const tokens = await redeem(issuer, "app-web", params.code ?? "");
  await issuer.audited();
  expect(issuer.linesOf("login_succeeded")).toContainEqual(
    expect.objectContaining({ sub: "usr_ada", request_id: expect.any(String) }),
  );
  expect(issuer.linesOf("login_failed").length).toBeGreaterThan(0);
  const rows = await issuer.database.run("SELECT event FROM audit_events");
  expect(rows).toContainEqual({ event: "login_succeeded" });
  const log = JSON.stringify([
    issuer.lines,
    await issuer.database.run("SELECT * FROM audit_events"),
  ]);
  const secrets = [
    ...[people.ada.password, "my-password-typed-here", params.code, tokens.refresh_token],
    ...[tokens.access_token, tokens.id_token, page.form("/login").fields.csrf],
    ...[...browser.jar.values()].map(({ value }) => value),
  ];
  for (const secret of secrets) expect(log).not.toContain(secret);
});

test("what the store keeps is no cookie that would open a session", async () => {
  const { browser, page } = await openLogin();
  await typePassword(browser, page);
  await browser.open(authorizePath(authorizeParams("app-web", { prompt: "login" })));
  const stored = JSON.stringify(await issuer.database.run("SELECT * FROM engine_records"));
  expect(stored).toContain("usr_ada");
  const session = browser.jar.get("__Host-tollgate_session /")?.value ?? "";
  expect(session).not.toBe("");
  expect(stored).not.toContain(session);
});
