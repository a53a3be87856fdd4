import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { decodeJwt } from "jose";
import {
  type App,
  appPost,
  apps,
  authorizeParams,
  authorizePath,
  browserOf,
  codeFor,
  redeem,
  typePassword,
} from "../../support/log-in.ts";
import { openIssuer } from "../../support/open-issuer.ts";

let issuer: Awaited<ReturnType<typeof openIssuer>>;
beforeAll(async () => {
  issuer = await openIssuer();
});
afterAll(() => issuer[Symbol.asyncDispose]());

type Pushed = { status: number; request_uri: string; expires_in: number; error?: string };

const push = (app: App, changes: Record<string, string> = {}) =>
  appPost(issuer, app, "/oauth/par", authorizeParams(app, changes)) as unknown as Promise<Pushed>;

test.each(["app-web", "app-shop"] as const)(
  "%s pushes a request, and it leads to a code",
  async (app) => {
    const pushed = await push(app);
    expect(pushed).toMatchObject({ status: 201, expires_in: 60 });
    expect(pushed.request_uri).toMatch(/^urn:ietf:params:oauth:request_uri:[\w-]{43}$/);
    const { request_uri } = pushed;
    const code = await codeFor(browserOf(issuer), { client_id: app, request_uri });
    const tokens = await redeem(issuer, app, code);
    expect(decodeJwt(tokens.access_token)).toMatchObject({ client_id: app, sub: "usr_ada" });
  },
);

test("a pushed request works once, and for its own client", async () => {
  const { request_uri } = await push("app-web");
  const browser = browserOf(issuer);
  const other = await browser.open(authorizePath({ client_id: "app-strict", request_uri }));
  expect(other.status === 400 || other.params.error !== undefined).toBe(true);
  await codeFor(browser, { client_id: "app-web", request_uri });
  const again = await browser.open(authorizePath({ client_id: "app-web", request_uri }));
  expect(again.params).not.toHaveProperty("code");
  expect(again.text + again.location).toContain("invalid_request_uri");
});

test("what is pushed cannot be changed on the way through the browser", async () => {
  const { request_uri } = await push("app-web");
  const browser = browserOf(issuer);
  const changed = { client_id: "app-web", request_uri, scope: "openid invoices:write", state: "x" };
  const page = await browser.follow(await browser.open(authorizePath(changed)));
  const { params } = await typePassword(browser, page);
  expect(params).toMatchObject({ state: "a state" });
  const tokens = await redeem(issuer, "app-web", params.code ?? "");
  expect(tokens.scope).toBe("openid invoices:read");
});

test.each([
  [
    "a redirect URI that is not registered",
    { redirect_uri: "https://evil.example" },
    "invalid_request",
  ],
  ["no PKCE", { code_challenge: "", code_challenge_method: "" }, "invalid_request"],
  ["a scope that the client lacks", { scope: "openid payments:write" }, "invalid_scope"],
  ["a response mode that is not offered", { response_mode: "form_post" }, "invalid_request"],
  ["a resource that is none", { resource: "https://nothing.example" }, "invalid_target"],
  [
    "another request's URI",
    { request_uri: "urn:ietf:params:oauth:request_uri:x" },
    "request_uri_not_supported",
  ],
])("%s is refused when it is pushed", async (_what, changes, error) => {
  const pushed = await push("app-web", changes);
  expect(pushed).toMatchObject({ status: 400, error });
  expect(pushed).not.toHaveProperty("request_uri");
});

test("a confidential client cannot push without its secret, nor for another one", async () => {
  const send = (form: Record<string, string>) =>
    issuer.get("/oauth/par", { method: "POST", body: new URLSearchParams(form) });
  expect((await send(authorizeParams("app-shop"))).status).toBe(401);
  const foreign = { ...authorizeParams("app-web"), redirect_uri: apps["app-web"] };
  const pushed = await appPost(issuer, "app-shop", "/oauth/par", foreign);
  expect(pushed.status).toBe(400);
});
