import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { decodeJwt } from "jose";
import type { Browser } from "../../support/browser.ts";
import {
  allow,
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

async function ask(browser: Browser, changes: Record<string, string> = {}, who = people.ada) {
  const params = authorizeParams("app-shop", changes);
  const page = await browser.follow(await browser.open(authorizePath(params)));
  return page.text.includes('name="password"') ? await typePassword(browser, page, who) : page;
}

const isConsentPage = (page: { text: string }) => page.text.includes("/consent");

test("an app of others asks first, for what it would get, and is told no", async () => {
  const browser = browserOf(issuer);
  const page = await ask(browser, { scope: "openid email invoices:read" });
  expect(page.status).toBe(200);
  expect(page.text).toContain("<h1>Allow Bob&#39;s &lt;b&gt;Shop&lt;/b&gt;?</h1>");
  expect(page.text).toContain("You are logged in as ada.");
  expect(page.text).toContain("See your e-mail address");
  expect(page.text).toContain("invoices:read");
  expect(page.text).toContain("https://shop.example.test");
  const { action, fields } = page.form("/abort");
  const { params } = await browser.follow(await browser.submit(action, fields));
  expect(params).toMatchObject({ error: "access_denied", state: "a state" });
  // No is not remembered as yes.
  expect(isConsentPage(await ask(browser, { scope: "openid email invoices:read" }))).toBe(true);
  expect(issuer.linesOf("grant_refused")).toHaveLength(1);
});

test("who allowed it is not asked again, in another browser either, until it asks for more", async () => {
  const browser = browserOf(issuer);
  const { params } = await allow(browser, await ask(browser, {}, people.mia));
  const tokens = await redeem(issuer, "app-shop", params.code ?? "");
  expect(decodeJwt(tokens.access_token)).toMatchObject({
    sub: "usr_mia",
    client_id: "app-shop",
    scope: "openid invoices:read",
    roles: ["clerk"],
  });
  expect((await ask(browser)).params).toHaveProperty("code");
  const elsewhere = browserOf(issuer);
  expect((await ask(elsewhere, {}, people.mia)).params).toHaveProperty("code");

  const more = await ask(elsewhere, { scope: "openid profile invoices:read" });
  expect(isConsentPage(more)).toBe(true);
  expect((await allow(elsewhere, more)).params).toHaveProperty("code");
});

test("what one person allowed, another one is asked for", async () => {
  expect((await ask(browserOf(issuer), {}, people.mia)).params).toHaveProperty("code");
  expect(isConsentPage(await ask(browserOf(issuer), {}, people.ada))).toBe(true);
});

test("prompt=consent asks though it was allowed; prompt=none does not ask, and gets nothing", async () => {
  const browser = browserOf(issuer);
  const page = await ask(browser, { scope: "openid invoices:write" });
  const quiet = await ask(browser, { scope: "openid invoices:write", prompt: "none" });
  expect(quiet.params).toMatchObject({ error: "consent_required" });
  await allow(browser, page);
  const again = await ask(browser, { scope: "openid invoices:write", prompt: "consent" });
  expect(isConsentPage(again)).toBe(true);
  expect((await allow(browser, again)).params).toHaveProperty("code");
});

test("consent cannot be given before there is somebody to give it", async () => {
  const browser = browserOf(issuer);
  const page = await browser.follow(await browser.open(authorizePath(authorizeParams("app-shop"))));
  const { action, fields } = page.form("/login");
  const early = await browser.submit(action.replace("/login", "/consent"), fields);
  expect(early).toMatchObject({ status: 400, location: "" });
});

test("a password is not asked for on the page of consent", async () => {
  const browser = browserOf(issuer);
  const page = await ask(browser, { scope: "openid profile email" });
  const { action, fields } = page.form("/consent");
  const typed = { ...fields, username: "mia", password: people.mia.password };
  expect((await browser.submit(action.replace("/consent", "/login"), typed)).status).toBe(400);
});

test("consent is in the audit trail", async () => {
  await issuer.audited();
  expect(issuer.linesOf("grant_given")).toContainEqual(
    expect.objectContaining({
      sub: "usr_mia",
      client_id: "app-shop",
      scope: "openid invoices:read",
    }),
  );
});
