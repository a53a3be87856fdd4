import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { decodeJwt } from "jose";
import { billing, tenant } from "../support/issuer-settings.ts";
import {
  type App,
  allow,
  authorizeParams,
  authorizePath,
  browserOf,
  redeem,
  refresh,
} from "../support/log-in.ts";
import { openFederatedIssuer } from "../support/open-federated-issuer.ts";
import { outsideClient, startOutsideProvider } from "../support/start-outside-provider.ts";

let outside: Awaited<ReturnType<typeof startOutsideProvider>>;
let issuer: Awaited<ReturnType<typeof openFederatedIssuer>>;
beforeAll(async () => {
  outside = await startOutsideProvider();
  const text = `
  - name: outside
    issuer: ${outside.issuer}
    algorithms: [RS256]
    newcomers:
      tenant: ${tenant}
      access: [{ resource: "${billing}", scopes: [invoices:read], roles: [guest] }]
    login: { client_id: ${outsideClient.id}, client_secret_file: "\${OUTSIDE_SECRETS}/outside", display_name: Outside }
`;
  issuer = await openFederatedIssuer(text, { outside: outsideClient.secret });
});
afterAll(async () => {
  for (const each of [issuer, outside]) await each[Symbol.asyncDispose]();
});

/** Logs somebody in at the provider, and lets the app have what it asks for. */
async function logInAs(sub: string, changes = {}, app: App = "app-web") {
  const browser = browserOf(issuer);
  const path = authorizePath(authorizeParams(app, changes));
  const { action, fields } = (await browser.follow(await browser.open(path))).form("/outside");
  const { location } = await browser.submit(action, fields);
  const answer = new URLSearchParams(outside.approve(location, { claims: { sub } }));
  const end = await browser.follow(
    await browser.open(`/oauth/federation/callback/outside?${answer}`),
  );
  const last = end.text.includes("/consent") ? await allow(browser, end) : end;
  return { end, tokens: await redeem(issuer, app, last.params.code ?? "") };
}

test("where newcomers are welcome, they get what newcomers get, under a name that is nobody's", async () => {
  const { tokens } = await logInAs("new|1");
  expect(decodeJwt(tokens.access_token)).toMatchObject({
    ...{ sub: "outside:new|1", tenant, scope: "openid invoices:read", roles: ["guest"] },
    ...{ token_use: "user", client_id: "app-web" },
  });
  expect(await refresh(issuer, "app-web", tokens.refresh_token)).toMatchObject({ status: 200 });
});

test("whose provider calls them what one of ours is called does not look like that one", async () => {
  const { tokens } = await logInAs("ada", { scope: "openid profile" });
  const headers = { authorization: `Bearer ${tokens.access_token}` };
  const shown = await (await issuer.get("/oauth/userinfo", { headers })).json();
  expect(shown).toEqual({ sub: "outside:ada", preferred_username: "outside:ada" });
});

test("an app of others asks them, as it asks everybody", async () => {
  const { end, tokens } = await logInAs("new|4", {}, "app-shop");
  expect(end).toMatchObject({ status: 200 });
  expect(end.text).toContain("You are logged in as outside:new|4.");
  expect(decodeJwt(tokens.access_token)).toMatchObject({ sub: "outside:new|4" });
});

test("they get no more than that", async () => {
  const { end } = await logInAs("new|2", { scope: "openid invoices:write" });
  expect(end.params).toMatchObject({ error: "invalid_scope" });
});

test("a newcomer who was linked to a user has to log in again, and is the user", async () => {
  const { tokens } = await logInAs("new|3");
  const { sub, ...dora } = { sub: "usr_dora", username: "dora", tenant };
  const access = [{ resource: billing, scopes: ["invoices:read"], roles: ["clerk"] }];
  const federated = [{ provider: "outside", subject: "new|3" }];
  await issuer.tollgate("users", "add", JSON.stringify({ sub, ...dora, access, federated }));
  while (issuer.users.find(sub) === undefined) await pause(25);
  expect(await refresh(issuer, "app-web", tokens.refresh_token)).toMatchObject({ status: 400 });
  const again = await logInAs("new|3");
  expect(decodeJwt(again.tokens.access_token)).toMatchObject({ sub, roles: ["clerk"] });
});
