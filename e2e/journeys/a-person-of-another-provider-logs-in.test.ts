import { hash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { type Stack, startStack } from "../stack.ts";
import { billing } from "../support/client.ts";
import { freePort } from "../support/free-port.ts";
import { createPlainBrowser, formOf, type Page } from "../support/plain-browser.ts";
import { root } from "../support/project.ts";
import { output } from "../support/run.ts";
import { createDraft } from "../support/story.ts";

type Browser = ReturnType<typeof createPlainBrowser>;

const overlay = "compose.federation.yml";

let stack: Stack;
let directory: string;
let invoice: { path: string };
beforeAll(async () => {
  const build = ["-f", overlay, "build", "--quiet", "directory"]; // of packages, not of the sources
  await output("docker", ["compose", "-f", "docker-compose.yml", ...build], {
    ...{ cwd: root, timeoutMs: 600_000 },
  });
  const port = String(await freePort());
  directory = `http://directory.localhost:${port}`;
  const env = { DIRECTORY_PORT: port };
  stack = await startStack({ overlays: [overlay], env });
  invoice = await createDraft(stack, await stack.token("svc-demo"));
}, 900_000);
afterAll(() => stack?.[Symbol.asyncDispose]());

const callback = "http://127.0.0.1:9400/callback";

/** Where an app sends a person's browser, and what it keeps until they are back. */
function authorizeAt(endpoint: string, parameters: Record<string, string>) {
  const verifier = randomBytes(32).toString("base64url");
  const url = new URL(endpoint);
  url.search = new URLSearchParams({
    response_type: "code",
    redirect_uri: callback,
    state: "a state",
    nonce: "a nonce",
    code_challenge: hash("sha256", verifier, "base64url"),
    code_challenge_method: "S256",
    ...parameters,
  }).toString();
  return { url, verifier };
}

/** The provider's own page: a username, a password, and whatever else its form holds. */
async function logInThere(browser: Browser, page: Page, name: string, password = name) {
  const { action, values } = formOf(page, 'name="password"');
  values.set("user", name);
  values.set("password", password);
  return await browser.submit(action, values);
}

/** From our login page over the provider's to whatever comes after it. */
async function logInOver(browser: Browser, name: string) {
  const { url, verifier } = authorizeAt(`${stack.url}/oauth/authorize`, {
    ...{ client_id: "app-demo", resource: billing, scope: "openid profile invoices:read" },
  });
  const origins = [stack.url, directory];
  const shown = await browser.follow(await browser.open(url), origins);
  expect(shown.text).toContain("Continue with the directory");
  const { action, values } = formOf(shown, "Continue with the directory");
  const there = await browser.follow(await browser.submit(action, values), origins);
  expect(there.url.origin).toBe(directory);
  return { verifier, end: await browser.follow(await logInThere(browser, there, name), origins) };
}

async function redeem(endpoint: string, form: Record<string, string>) {
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    redirect_uri: callback,
    ...form,
  });
  const answer = await fetch(endpoint, { method: "POST", body });
  return (await answer.json()) as { access_token: string; id_token: string };
}

test("a person logs in at another provider and reads an invoice with our token", async () => {
  const browser = createPlainBrowser();
  const { verifier, end } = await logInOver(browser, "dwho");
  const { action, values } = formOf(end, "/consent");
  const last = await browser.follow(await browser.submit(action, values), [stack.url]);
  expect(last.location?.href).toMatch(`${callback}?`);

  const code = last.location?.searchParams.get("code") ?? "";
  const form = { client_id: "app-demo", code, code_verifier: verifier };
  const { access_token: token } = await redeem(`${stack.url}/oauth/token`, form);
  expect(decodeJwt(token)).toMatchObject({
    ...{ iss: stack.url, sub: "usr_dwho", client_id: "app-demo", token_use: "user" },
    auth_time: expect.any(Number),
  });
  expect((await stack.get(invoice.path, { token })).status).toBe(200);
  expect((await stack.post(`${invoice.path}/finalize`, {}, { token })).status).toBe(403);

  const logged = await stack.logs("issuer");
  expect(logged.filter(({ event }) => event === "login_succeeded")).toMatchObject([
    { sub: "usr_dwho", provider: "directory" },
  ]);
});

test("a person whom nobody here is linked to is told so, and logged in nowhere", async () => {
  const { end } = await logInOver(createPlainBrowser(), "rtyler");
  expect(end.status).toBe(403);
  expect(end.text).toContain("Nobody here is linked to that account");
});

test("a service goes on with that provider's token, and what is no access token gets nowhere", async () => {
  const browser = createPlainBrowser();
  const { url, verifier } = authorizeAt(`${directory}/oauth2/authorize`, {
    ...{ client_id: "partner-app", scope: "openid bills:read" },
  });
  const shown = await browser.follow(await browser.open(url), [directory]);
  const end = await browser.follow(await logInThere(browser, shown, "dwho"), [directory]);
  const code = end.location?.searchParams.get("code") ?? "";
  const tokens = await redeem(
    `${directory.replace("directory.localhost", "127.0.0.1")}/oauth2/token`,
    {
      ...{ client_id: "partner-app", code, code_verifier: verifier },
    },
  );
  expect(decodeProtectedHeader(tokens.access_token)).toMatchObject({ alg: "RS256" });

  const theirs = await stack.exchange("svc-reader", tokens.access_token);
  expect(theirs.status).toBe(200);
  expect(decodeJwt(theirs.json.access_token)).toMatchObject({
    ...{ sub: "usr_dwho", client_id: "svc-reader", act: { sub: "svc-reader" } },
    ...{ scope: "invoices:read", roles: ["clerk"], aud: billing },
  });
  const token = theirs.json.access_token;
  expect((await stack.get(invoice.path, { token })).status).toBe(200);

  for (const other of [tokens.id_token, `${tokens.access_token.slice(0, -8)}AAAAAAAA`]) {
    expect(await stack.exchange("svc-reader", other)).toMatchObject({
      status: 400,
      json: { error: "invalid_request" },
    });
  }
  expect((await stack.exchange("svc-demo", tokens.access_token)).status).toBe(400);
  expect((await stack.get(invoice.path, { token: tokens.access_token })).status).toBe(401);
});
