import { afterAll, beforeAll, expect, test } from "@jest/globals";
import * as oauth from "oauth4webapi";
import * as openid from "openid-client";
import type { Browser } from "playwright-core";
import { type Stack, startStack } from "../stack.ts";
import { startBrowser, typePassword } from "../support/chromium.ts";
import { billing } from "../support/client.ts";
import { addApp, addPerson, type Person, startApp } from "../support/people.ts";

// The one allowance is plain http: there is no TLS in the stack.
const scope = "openid profile email invoices:read";

let stack: Stack;
let browser: Browser;
let app: Awaited<ReturnType<typeof startApp>>;
let grace: Person;
let desk: { secret: string };
beforeAll(async () => {
  [stack, browser, app] = await Promise.all([startStack(), startBrowser(), startApp()]);
  const addresses = { redirect_uris: [app.callback], post_logout_redirect_uris: [app.bye] };
  grace = await addPerson(stack, "grace");
  desk = await addApp(stack, "app-desk", {
    ...addresses,
    client_name: "The desk",
    tenant: "01920000-0000-7000-8000-000000000001",
    grant_types: ["authorization_code", "refresh_token", "client_credentials"],
  });
  await addApp(stack, "app-web", { ...addresses, token_endpoint_auth_method: "none" });
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await app?.[Symbol.asyncDispose]();
  await stack?.[Symbol.asyncDispose]();
});

/** A person logs in, allows what is asked for, and the app has this address called. */
async function visit(url: URL, person?: Person): Promise<URL> {
  const context = browser.contexts()[0] ?? (await browser.newContext({ javaScriptEnabled: false }));
  const page = await context.newPage();
  await page.goto(url.href);
  if (person !== undefined) {
    await typePassword(page, person);
    await page.getByRole("button", { name: "Allow", exact: true }).click();
  }
  await page.close();
  const arrived = app.lastVisit();
  if (arrived === undefined) throw new Error("nobody came to the app");
  return arrived;
}

async function logOut(url: URL): Promise<URL | undefined> {
  const [context] = browser.contexts();
  const page = await context?.newPage();
  await page?.goto(url.href);
  await page?.getByRole("button", { name: "Log out", exact: true }).click();
  await context?.close();
  return app.lastVisit();
}

const read = async (token: string) => (await stack.get("/billing/v1/invoices", { token })).status;

test("openid-client discovers, mints, pushes, logs in, refreshes, introspects, revokes, logs out", async () => {
  const server = new URL(stack.url);
  const byBasic = openid.ClientSecretBasic(desk.secret);
  const config = await openid.discovery(server, "app-desk", undefined, byBasic, {
    execute: [openid.allowInsecureRequests],
  });

  const own = await openid.clientCredentialsGrant(config, { resource: billing });
  expect(await read(own.access_token)).toBe(200);

  const verifier = openid.randomPKCECodeVerifier();
  const [state, nonce] = [openid.randomState(), openid.randomNonce()];
  const pushed = await openid.buildAuthorizationUrlWithPAR(config, {
    redirect_uri: app.callback,
    scope,
    resource: billing,
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
  });
  expect(pushed.searchParams.get("request_uri")).toMatch(/^urn:/);

  const tokens = await openid.authorizationCodeGrant(config, await visit(pushed, grace), {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  });
  expect(tokens.claims()).toMatchObject({ sub: grace.sub, aud: "app-desk", amr: ["pwd"] });
  expect(await read(tokens.access_token)).toBe(200);

  const fresh = await openid.refreshTokenGrant(config, tokens.refresh_token ?? "");
  expect(await read(fresh.access_token)).toBe(200);

  const told = await openid.tokenIntrospection(config, fresh.access_token);
  expect(told).toMatchObject({ active: true, sub: grace.sub, client_id: "app-desk" });
  await openid.tokenRevocation(config, fresh.access_token);
  expect(await openid.tokenIntrospection(config, fresh.access_token)).toEqual({ active: false });

  const logout = openid.buildEndSessionUrl(config, {
    id_token_hint: fresh.id_token ?? tokens.id_token ?? "",
    post_logout_redirect_uri: app.bye,
    state: "bye",
  });
  expect((await logOut(logout))?.href).toBe(`${app.bye}?state=bye`);
  const after = openid.refreshTokenGrant(config, fresh.refresh_token ?? "");
  await expect(after).rejects.toMatchObject({ error: "invalid_grant" });
});

test("oauth4webapi does the same as a public client, which proves itself by PKCE alone", async () => {
  const http = { [oauth.allowInsecureRequests]: true };
  const issuer = new URL(stack.url);
  const server = await oauth.processDiscoveryResponse(
    issuer,
    await oauth.discoveryRequest(issuer, http),
  );
  const client: oauth.Client = { client_id: "app-web" };
  const verifier = oauth.generateRandomCodeVerifier();
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
  const parameters = new URLSearchParams({
    response_type: "code",
    redirect_uri: app.callback,
    scope,
    resource: billing,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
  });
  const none = oauth.None();
  const pushed = await oauth.processPushedAuthorizationResponse(
    server,
    client,
    await oauth.pushedAuthorizationRequest(server, client, none, parameters, http),
  );
  const authorize = new URL(server.authorization_endpoint ?? "");
  authorize.search = new URLSearchParams({
    client_id: client.client_id,
    request_uri: pushed.request_uri,
  }).toString();

  const answer = oauth.validateAuthResponse(server, client, await visit(authorize, grace), state);
  const tokens = await oauth.processAuthorizationCodeResponse(
    server,
    client,
    await oauth.authorizationCodeGrantRequest(
      server,
      client,
      none,
      answer,
      app.callback,
      verifier,
      http,
    ),
    { expectedNonce: nonce, requireIdToken: true },
  );
  expect(oauth.getValidatedIdTokenClaims(tokens)).toMatchObject({ sub: grace.sub, aud: "app-web" });
  expect(await read(tokens.access_token)).toBe(200);

  const refresh = (token = "") => oauth.refreshTokenGrantRequest(server, client, none, token, http);
  const fresh = await oauth.processRefreshTokenResponse(
    server,
    client,
    await refresh(tokens.refresh_token),
  );
  expect(await read(fresh.access_token)).toBe(200);
  await oauth.processRevocationResponse(
    await oauth.revocationRequest(server, client, none, fresh.refresh_token ?? "", http),
  );
  const refused = oauth.processRefreshTokenResponse(
    server,
    client,
    await refresh(fresh.refresh_token),
  );
  await expect(refused).rejects.toMatchObject({ error: "invalid_grant" });
});
