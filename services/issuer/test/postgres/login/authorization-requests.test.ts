import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { reports } from "../../support/issuer-settings.ts";
import {
  type App,
  apps,
  authorizeParams,
  authorizePath,
  browserOf,
  typePassword,
} from "../../support/log-in.ts";
import { openIssuer } from "../../support/open-issuer.ts";
import { sendRaw } from "../../support/send-raw.ts";
import { issuerUrl } from "../../support/sign-assertion.ts";

let issuer: Awaited<ReturnType<typeof openIssuer>>;
beforeAll(async () => {
  issuer = await openIssuer();
});
afterAll(() => issuer[Symbol.asyncDispose]());

const ask = (changes: Record<string, string>, app: App = "app-web") =>
  browserOf(issuer).open(authorizePath(authorizeParams(app, changes)));

test.each([
  ["another page of the same site", "https://app.example.test/elsewhere"],
  ["the same with a query", "https://app.example.test/callback?x=1"],
  ["the same with a slash more", "https://app.example.test/callback/"],
  ["the same in capitals", "https://APP.example.test/callback"],
  ["a subdomain", "https://evil.app.example.test/callback"],
  ["a user in front", "https://app.example.test@evil.example/callback"],
  ["plain http", "http://app.example.test/callback"],
  ["another port of this machine", "http://127.0.0.1:4445/callback"],
  ["a script", "javascript:alert(1)"],
])("%s is not redirected to, even with an error", async (_what, redirect_uri) => {
  const page = await ask({ redirect_uri });
  expect(page).toMatchObject({ status: 400, location: "" });
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(page.text).toContain("invalid_redirect_uri");
  expect(page.text).not.toContain("evil");
});

test("a registered port of this machine is redirected to", async () => {
  const page = await ask({ redirect_uri: "http://127.0.0.1:4444/callback", prompt: "none" });
  expect(page.location).toMatch(/^http:\/\/127\.0\.0\.1:4444\/callback\?error=login_required&/);
});

test.each(["nobody", "svc-disabled", "<script>", "(nobody)"])(
  "the client %j gets a page that does not repeat it",
  async (client_id) => {
    const page = await ask({ client_id });
    expect(page).toMatchObject({ status: 400, location: "" });
    expect(page.text).not.toContain(client_id);
  },
);

test("a service cannot have people log in", async () => {
  const page = await ask({
    client_id: "svc-demo",
    redirect_uri: "https://app.example.test/callback",
  });
  expect(page).toMatchObject({ status: 400, location: "" });
});

test.each([
  ["no PKCE", { code_challenge: "", code_challenge_method: "" }, "invalid_request"],
  ["no method of PKCE", { code_challenge_method: "" }, "invalid_request"],
  ["plain PKCE", { code_challenge_method: "plain" }, "invalid_request"],
  ["a challenge that is none", { code_challenge: "short" }, "invalid_request"],
  ["the implicit flow", { response_type: "token" }, "invalid_request"],
  ["a hybrid flow", { response_type: "code id_token" }, "invalid_request"],
  ["an unknown flow", { response_type: "nothing" }, "unsupported_response_type"],
  ["no scope", { scope: "", nonce: "" }, "invalid_scope"],
  ["a scope that the client lacks", { scope: "openid payments:write" }, "invalid_scope"],
  ["offline access", { scope: "openid offline_access", prompt: "consent" }, "invalid_scope"],
  ["a resource that is none", { resource: "https://nothing.example" }, "invalid_target"],
  ["a prompt that is none", { prompt: "create" }, "invalid_request"],
  ["none and another prompt", { prompt: "none login" }, "invalid_request"],
  ["a request object", { request: "e30.e30." }, "request_not_supported"],
  ["a request URI", { request_uri: "https://app.example.test/r" }, "request_uri_not_supported"],
])("%s is told to the app, with state and issuer", async (_what, changes, error) => {
  const page = await ask(changes);
  expect(page.status).toBe(303);
  expect(page.location.split(/[?#]/)[0]).toBe(apps["app-web"]);
  expect(page.params).toMatchObject({ error, state: "a state", iss: issuerUrl });
  expect(page.params).not.toHaveProperty("code");
});

test("two resources in one request are refused", async () => {
  const query = new URLSearchParams(authorizeParams());
  query.append("resource", reports);
  const page = await browserOf(issuer).open(`/oauth/authorize?${query}`);
  expect(page.params).toMatchObject({ error: "invalid_target" });
});

test.each(["form_post", "fragment", "web_message", "jwt"])(
  "the response mode %s is not offered, and not used to say so",
  async (response_mode) => {
    const page = await ask({ response_mode });
    expect(page).toMatchObject({ status: 400, location: "" });
    expect(page.text).not.toContain("<script");
  },
);

test("a scope that the person lacks is refused, not left out", async () => {
  const browser = browserOf(issuer);
  const scope = "openid reports:read invoices:read"; // ada has all but the last
  const params = authorizeParams("app-web", { scope, resource: reports });
  const page = await browser.follow(await browser.open(authorizePath(params)));
  expect((await typePassword(browser, page)).params).toMatchObject({
    error: "invalid_scope",
    error_description: "this scope is not granted to the person",
    state: "a state",
  });
});

test("nobody of another business gets a token through a business's own app", async () => {
  const browser = browserOf(issuer);
  const page = await browser.follow(
    await browser.open(authorizePath(authorizeParams("app-rival"))),
  );
  expect((await typePassword(browser, page)).params).toMatchObject({ error: "access_denied" });
});

test("where the browser goes follows neither Host nor X-Forwarded headers", async () => {
  const response = await sendRaw(issuer.url, {
    target: authorizePath(authorizeParams()),
    headers: {
      host: "evil.example",
      "x-forwarded-host": "evil.example",
      "x-forwarded-proto": "http",
    },
  });
  expect(response.status).toBe(303);
  expect(response.headers.location).toMatch(/^\/oauth\/interaction\/[\w-]{43}$/);
  expect(JSON.stringify(response.headers)).not.toContain("evil");
});

test("a path of the issuer's that a person looks at is told to be missing as before", async () => {
  expect((await browserOf(issuer).open("/oauth/interaction/")).status).toBe(404);
});

test("every refusal is in the audit trail, and nothing was our fault", async () => {
  await issuer.audited();
  const denied = issuer.linesOf("grant_denied").map(({ error }) => error);
  for (const error of [
    "invalid_redirect_uri",
    "invalid_scope",
    "invalid_target",
    "access_denied",
  ]) {
    expect(denied).toContain(error);
  }
  const statuses = issuer.linesOf("request_answered").map(({ status }) => Number(status));
  expect(statuses.filter((status) => status >= 500)).toEqual([]);
});
