import { hash, randomBytes } from "node:crypto";
import { type Browser, createBrowser, type Page } from "./browser.ts";
import { billing, secrets } from "./issuer-settings.ts";
import { people } from "./people.ts";
import { issuerUrl } from "./sign-assertion.ts";
import { basic } from "./start-test-issuer.ts";

export const apps = {
  "app-web": "https://app.example.test/callback",
  "app-shop": "https://shop.example.test/callback",
  "app-strict": "https://strict.example.test/callback",
  "app-rival": "https://rival.example.test/callback",
} as const;

export type App = keyof typeof apps;
export const verifier = randomBytes(32).toString("base64url");
export const challenge = hash("sha256", verifier, "base64url");

/** The parameters of a login that is as it should be. */
export function authorizeParams(
  app: App = "app-web",
  changes: Record<string, string> = {},
): Record<string, string> {
  return {
    response_type: "code",
    client_id: app,
    redirect_uri: apps[app],
    scope: "openid invoices:read",
    resource: billing,
    state: "a state",
    nonce: "a nonce",
    code_challenge: challenge,
    code_challenge_method: "S256",
    ...changes,
  };
}

export function authorizePath(params: Record<string, string>): string {
  return `/oauth/authorize?${new URLSearchParams(params)}`;
}

export function browserOf({ url }: { url: string }, publicOrigin = issuerUrl): Browser {
  return createBrowser(url, publicOrigin);
}

/** Types a password into the login page, and follows as far as the issuer leads. */
export async function typePassword(
  browser: Browser,
  page: Page,
  { username, password } = people.ada as { username: string; password: string },
): Promise<Page> {
  const { action, fields } = page.form("/login");
  return await browser.follow(await browser.submit(action, { ...fields, username, password }));
}

/** From the app to the code with which it gets the person's tokens. */
export async function codeFor(browser: Browser, params = authorizeParams()): Promise<string> {
  const first = await browser.follow(await browser.open(authorizePath(params)));
  const shown =
    first.status === 200 && first.text.includes("password")
      ? await typePassword(browser, first)
      : first;
  const last = shown.status === 200 ? await allow(browser, shown) : shown;
  if (last.params.code === undefined)
    throw new Error(`no code: ${last.status} ${last.location} ${last.text}`);
  return last.params.code;
}

export async function allow(browser: Browser, page: Page): Promise<Page> {
  const { action, fields } = page.form("/consent");
  return await browser.follow(await browser.submit(action, fields));
}

export type PersonTokens = {
  status: number;
  access_token: string;
  refresh_token: string;
  id_token: string;
  scope: string;
  expires_in: number;
  error?: string;
};

/** What an app sends to the token endpoint, with the credentials that it has. */
export async function appPost(
  { url }: { url: string },
  app: App,
  path: string,
  form: Record<string, string>,
) {
  const isPublic = app !== "app-shop";
  const response = await fetch(`${url}${path}`, {
    method: "POST",
    body: new URLSearchParams(isPublic ? { client_id: app, ...form } : form),
    headers: isPublic ? {} : { authorization: basic({ id: app, secret: secrets[app] }) },
  });
  const text = await response.text();
  return { status: response.status, ...(text === "" ? {} : JSON.parse(text)) } as PersonTokens;
}

export const redeem = (issuer: { url: string }, app: App, code: string, changes = {}) =>
  appPost(issuer, app, "/oauth/token", {
    ...{ grant_type: "authorization_code", code, redirect_uri: apps[app], code_verifier: verifier },
    ...changes,
  });

export const refresh = (issuer: { url: string }, app: App, refresh_token: string, changes = {}) =>
  appPost(issuer, app, "/oauth/token", { grant_type: "refresh_token", refresh_token, ...changes });

/** A person's tokens, as after a login with nothing in its way. */
export async function logIn(
  issuer: { url: string },
  app: App = "app-web",
  browser = browserOf(issuer),
) {
  return await redeem(issuer, app, await codeFor(browser, authorizeParams(app)));
}
