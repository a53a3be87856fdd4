import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { decodeJwt } from "jose";
import type { Browser } from "../../support/browser.ts";
import {
  authorizeParams,
  authorizePath,
  browserOf,
  codeFor,
  redeem,
  typePassword,
} from "../../support/log-in.ts";
import { noticed } from "../../support/noticed.ts";
import { openIssuer } from "../../support/open-issuer.ts";
import { people } from "../../support/people.ts";

let issuer: Awaited<ReturnType<typeof openIssuer>>;
beforeAll(async () => {
  issuer = await openIssuer();
});
afterAll(() => issuer[Symbol.asyncDispose]());

async function ask(browser: Browser, changes: Record<string, string> = {}) {
  const params = authorizeParams("app-web", changes);
  return await browser.follow(await browser.open(authorizePath(params)));
}

async function loggedIn() {
  const browser = browserOf(issuer);
  const tokens = await redeem(issuer, "app-web", await codeFor(browser));
  return { browser, tokens };
}

/** Lets every session be older by so many seconds. */
const aged = (seconds: number) => `
  UPDATE engine_records SET payload = (payload::jsonb ||
    jsonb_build_object('loginTs', (payload::jsonb->>'loginTs')::int - ${seconds}))::text
  WHERE model = 'Session'`;

const isLoginPage = (page: { status: number; text: string }) =>
  page.status === 200 && page.text.includes('name="password"');

test("prompt=none without a session is login_required, and shows nothing", async () => {
  const page = await ask(browserOf(issuer), { prompt: "none" });
  expect(page.params).toMatchObject({ error: "login_required", state: "a state" });
});

test("with a session a code comes at once, for the same session; prompt=none as well", async () => {
  const { browser, tokens } = await loggedIn();
  const again = await ask(browser);
  const silent = await ask(browser, { prompt: "none" });
  expect(again.params).toHaveProperty("code");
  const next = await redeem(issuer, "app-web", silent.params.code ?? "");
  const [first, second] = [tokens, next].map(({ access_token }) => decodeJwt(access_token));
  expect(second).toMatchObject({ sid: first?.sid, auth_time: first?.auth_time, sub: "usr_ada" });
});

test("prompt=login and max_age=0 ask for the password again, and say so in auth_time", async () => {
  const { browser, tokens } = await loggedIn();
  for (const changes of [{ prompt: "login" }, { max_age: "0" }]) {
    await issuer.database.run(aged(100)); // what is not said anew would be that much earlier
    const page = await ask(browser, changes as Record<string, string>);
    expect(isLoginPage(page)).toBe(true);
    const { params } = await typePassword(browser, page);
    const next = await redeem(issuer, "app-web", params.code ?? "");
    const [before, after] = [tokens, next].map(({ id_token }) => decodeJwt(id_token).auth_time);
    expect(Number(after)).toBeGreaterThanOrEqual(Number(before));
  }
});

test("a max_age that has not passed asks for nothing", async () => {
  const { browser } = await loggedIn();
  expect((await ask(browser, { max_age: "3600" })).params).toHaveProperty("code");
});

test("who logged in long ago is asked again, or is an error where nothing may be shown", async () => {
  const { browser } = await loggedIn();
  await issuer.database.run(aged(100));
  expect((await ask(browser)).params).toHaveProperty("code");
  const quiet = await ask(browser, { prompt: "none", max_age: "60" });
  expect(quiet.params).toMatchObject({ error: "login_required" });
  await issuer.database.run(aged(12 * 3_600));
  expect(isLoginPage(await ask(browser))).toBe(true);
});

test("an app that hints at somebody else has nobody let in without a password", async () => {
  const { browser, tokens } = await loggedIn();
  const own = await ask(browser, { id_token_hint: tokens.id_token, prompt: "none" });
  expect(own.params).toHaveProperty("code");
  const forged = `${tokens.id_token.slice(0, -4)}AAAA`;
  expect((await ask(browser, { id_token_hint: forged })).params).toMatchObject({
    error: "invalid_request",
  });
});

test("who logs in after somebody else ends their session, and its tokens", async () => {
  const { browser, tokens } = await loggedIn();
  const page = await ask(browser, { prompt: "login" });
  const { params } = await typePassword(browser, page, people.mia);
  const next = await redeem(issuer, "app-web", params.code ?? "");
  expect(decodeJwt(next.access_token)).toMatchObject({ sub: "usr_mia" });
  expect(decodeJwt(next.access_token).sid).not.toBe(decodeJwt(tokens.access_token).sid);
  const [old, fresh] = await Promise.all(
    [tokens, next].map(({ access_token }) =>
      issuer.get("/oauth/userinfo", { headers: { authorization: `Bearer ${access_token}` } }),
    ),
  );
  expect([old?.status, fresh?.status]).toEqual([401, 200]);
});

test("of two people who log in in two windows of one browser, the second one stays", async () => {
  const browser = browserOf(issuer);
  const [one, two] = [await ask(browser), await ask(browser)];
  const first = await redeem(
    issuer,
    "app-web",
    (await typePassword(browser, one)).params.code ?? "",
  );
  const { params } = await typePassword(browser, two, people.mia);
  const second = await redeem(issuer, "app-web", params.code ?? "");
  expect(decodeJwt(second.access_token)).toMatchObject({ sub: "usr_mia" });
  const authorization = `Bearer ${first.access_token}`;
  expect((await issuer.get("/oauth/userinfo", { headers: { authorization } })).status).toBe(401);
});

test("a login that was begun in a session goes on when the browser has forgotten that", async () => {
  const { browser } = await loggedIn();
  const page = await ask(browser, { prompt: "login" });
  const session = [...browser.jar.keys()].filter((name) => name.startsWith("__Host-"));
  expect(session).toHaveLength(2); // with its signature
  for (const name of session) browser.jar.delete(name);
  expect((await typePassword(browser, page)).params).toHaveProperty("code");
});

test("who was disabled is asked to log in, and cannot", async () => {
  const browser = browserOf(issuer);
  await typePassword(browser, await ask(browser), people.mia);
  await issuer.tollgate("users", "disable", "usr_mia");
  await noticed(() => issuer.users.find("usr_mia") === undefined);
  const page = await ask(browser);
  expect(isLoginPage(page)).toBe(true);
  expect((await typePassword(browser, page, people.mia)).status).toBe(401);
  // Somebody else can, in the same browser.
  const other = await typePassword(browser, await ask(browser));
  expect(other.params).toHaveProperty("code");
  await issuer.tollgate("users", "enable", "usr_mia");
});
