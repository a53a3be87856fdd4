import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { decodeJwt } from "jose";
import { billing } from "../../support/issuer-settings.ts";
import {
  authorizeParams,
  authorizePath,
  browserOf,
  logIn,
  type PersonTokens,
  redeem,
  refresh,
  typePassword,
} from "../../support/log-in.ts";
import { noticed } from "../../support/noticed.ts";
import { openIssuer } from "../../support/open-issuer.ts";

let issuer: Awaited<ReturnType<typeof openIssuer>>;
beforeAll(async () => {
  issuer = await openIssuer();
});
afterAll(() => issuer[Symbol.asyncDispose]());

const frank = { username: "frank", password: "frank's long password" };

async function addFrank(scopes: string[], roles: string[]) {
  const access = [{ resource: billing, scopes, roles }];
  const declared = { sub: "usr_frank", username: frank.username, access };
  return await fetch(`${issuer.controlUrl}/users/add`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ definition: declared, password: frank.password }),
  });
}

async function logInFrank(scope: string): Promise<PersonTokens> {
  const browser = browserOf(issuer);
  const params = authorizeParams("app-web", { scope });
  const page = await browser.follow(await browser.open(authorizePath(params)));
  const { params: back } = await typePassword(browser, page, frank);
  return await redeem(issuer, "app-web", back.code ?? "");
}

const isAlive = async ({ access_token }: PersonTokens) =>
  (await issuer.get("/oauth/userinfo", { headers: { authorization: `Bearer ${access_token}` } }))
    .status === 200;

test("roles and scopes are read again at every refresh", async () => {
  expect((await addFrank(["invoices:read", "invoices:write"], ["clerk"])).status).toBe(200);
  await noticed(() => issuer.users.find("usr_frank"));
  const tokens = await logInFrank("openid invoices:read invoices:write");
  expect(decodeJwt(tokens.access_token)).toMatchObject({ roles: ["clerk"] });

  await issuer.tollgate(
    ...["users", "roles", "usr_frank", billing, "admin"],
    ...["--scopes", "invoices:read"],
  );
  await noticed(() => issuer.users.find("usr_frank")?.access[0]?.roles.includes("admin"));
  const next = await refresh(issuer, "app-web", tokens.refresh_token);
  expect(next).toMatchObject({ status: 200, scope: "openid invoices:read" });
  expect(decodeJwt(next.access_token)).toMatchObject({
    roles: ["admin"],
    scope: "openid invoices:read",
  });
  // What is not left cannot be asked for.
  const lost = { scope: "openid invoices:write" };
  expect(await refresh(issuer, "app-web", next.refresh_token, lost)).toMatchObject({
    status: 400,
    error: "invalid_scope",
  });
});

test("who is disabled gets nothing more, and has nothing when they are enabled again", async () => {
  const tokens = await logInFrank("openid invoices:read");
  await issuer.tollgate("users", "disable", "usr_frank");
  await noticed(() => issuer.users.find("usr_frank") === undefined);
  expect(await refresh(issuer, "app-web", tokens.refresh_token)).toMatchObject({
    status: 400,
    error: "invalid_grant",
  });
  expect(await isAlive(tokens)).toBe(false);
  await issuer.tollgate("users", "enable", "usr_frank");
  await noticed(() => issuer.users.find("usr_frank"));
  expect((await refresh(issuer, "app-web", tokens.refresh_token)).status).toBe(400);
});

test("an operator who revokes a person logs them out everywhere", async () => {
  const browser = browserOf(issuer);
  const tokens = await logIn(issuer, "app-web", browser);
  await issuer.tollgate("revoke", "subject", "usr_ada");
  expect((await refresh(issuer, "app-web", tokens.refresh_token)).status).toBe(400);
  expect(await isAlive(tokens)).toBe(false);
  const quiet = authorizePath(authorizeParams("app-web", { prompt: "none" }));
  expect((await browser.open(quiet)).params).toMatchObject({ error: "login_required" });
});

test("an operator who revokes a session ends that one", async () => {
  // What was minted in the second in which all of hers was revoked is refused as well.
  await noticed(async () => await isAlive(await logIn(issuer)));
  const browser = browserOf(issuer);
  const [one, other] = [await logIn(issuer, "app-web", browser), await logIn(issuer)];
  await issuer.tollgate("revoke", "session", String(decodeJwt(one.access_token).sid));
  expect((await refresh(issuer, "app-web", one.refresh_token)).status).toBe(400);
  expect((await refresh(issuer, "app-web", other.refresh_token)).status).toBe(200);
  // It does not come back: what the app gets next in this browser is another one, and good.
  const next = await logIn(issuer, "app-web", browser);
  expect(decodeJwt(next.access_token).sid).not.toBe(decodeJwt(one.access_token).sid);
  expect(await isAlive(next)).toBe(true);
});

test("a client that is disabled refreshes nothing", async () => {
  const tokens = await logIn(issuer, "app-strict");
  await issuer.tollgate("clients", "disable", "app-strict");
  const quiet = authorizePath(authorizeParams("app-strict", { prompt: "none" }));
  await noticed(async () => (await browserOf(issuer).open(quiet)).status === 400);
  expect(await refresh(issuer, "app-strict", tokens.refresh_token)).toMatchObject({
    status: 401,
    error: "invalid_client",
  });
  expect(await isAlive(tokens)).toBe(false);
  await issuer.tollgate("clients", "enable", "app-strict");
});
