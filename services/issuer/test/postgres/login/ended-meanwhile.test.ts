import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Browser } from "../../support/browser.ts";
import { holdTable } from "../../support/hold-table.ts";
import { authorizeParams, authorizePath, browserOf, codeFor } from "../../support/log-in.ts";
import { openIssuer } from "../../support/open-issuer.ts";

let issuer: Awaited<ReturnType<typeof openIssuer>>;
beforeAll(async () => {
  issuer = await openIssuer();
});
afterAll(() => issuer[Symbol.asyncDispose]());

/** app-shop's people are asked, so that on the way to its code the consents are read. */
const quietly = (browser: Browser, app: "app-web" | "app-shop") =>
  browser.open(authorizePath(authorizeParams(app, { prompt: "none" })));

async function logOut(browser: Browser): Promise<void> {
  const { action, fields } = (await browser.open("/oauth/logout")).form("/confirm");
  await browser.submit(action, { ...fields, logout: "yes" });
}

const everywhere = () => issuer.tollgate("revoke", "subject", "usr_ada");

test.each([
  ["is logged out everywhere", "has a grant", "app-shop", everywhere],
  ["is logged out everywhere", "is new", "app-web", everywhere],
  ["logs out", "has a grant", "app-shop", logOut],
  ["logs out", "is new", "app-web", logOut],
] as const)("who %s stays so, whatever was under way for an app that %s", async (...row) => {
  const [, , first, end] = row;
  await codeFor(browserOf(issuer), authorizeParams("app-shop")); // allows it, once for all browsers
  const browser = browserOf(issuer);
  await codeFor(browser, authorizeParams(first));

  let underWay: ReturnType<Browser["open"]>;
  {
    await using held = await holdTable(issuer.database, "consents");
    underWay = quietly(browser, "app-shop");
    await held.someoneWaits();
    await end(browser);
  }
  expect((await underWay).params).toMatchObject({ error: "login_required", state: "a state" });
  for (const app of ["app-shop", "app-web"] as const) {
    expect((await quietly(browser, app)).params).toMatchObject({ error: "login_required" });
  }
});
