import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { holdTable } from "../../support/hold-table.ts";
import {
  type App,
  authorizeParams,
  authorizePath,
  browserOf,
  codeFor,
  redeem,
  refresh,
} from "../../support/log-in.ts";
import { openIssuer } from "../../support/open-issuer.ts";

let issuer: Awaited<ReturnType<typeof openIssuer>>;
beforeAll(async () => {
  issuer = await openIssuer();
});
afterAll(() => issuer[Symbol.asyncDispose]());

test("two apps that are new to a session and opened at once both get tokens that last", async () => {
  await codeFor(browserOf(issuer), authorizeParams("app-shop")); // allows it, once for all browsers
  const browser = browserOf(issuer);
  await codeFor(browser, authorizeParams("app-strict"));
  const open = (app: App) => browser.open(authorizePath(authorizeParams(app, { prompt: "none" })));

  let shop: ReturnType<typeof open>;
  let web: Awaited<ReturnType<typeof open>>;
  {
    await using held = await holdTable(issuer.database, "consents");
    shop = open("app-shop"); // has read the session, and is stopped at the consents
    await held.someoneWaits();
    web = await open("app-web"); // asks nobody: begins and ends meanwhile
  }
  const pages = { "app-shop": await shop, "app-web": web } as const;
  for (const app of ["app-shop", "app-web"] as const) {
    const tokens = await redeem(issuer, app, pages[app].params.code ?? "");
    expect(tokens).toMatchObject({ status: 200 });
    expect(await refresh(issuer, app, tokens.refresh_token)).toMatchObject({ status: 200 });
  }
});
