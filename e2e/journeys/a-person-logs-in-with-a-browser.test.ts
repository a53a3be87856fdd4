import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { calculatePKCECodeChallenge, randomPKCECodeVerifier } from "openid-client";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { type Stack, startStack } from "../stack.ts";
import { startBrowser, typePassword } from "../support/chromium.ts";
import { billing } from "../support/client.ts";
import { addApp, addPerson, type Person, startApp } from "../support/people.ts";
import { root } from "../support/project.ts";

const phone = { width: 360, height: 740 };
const desktop = { width: 1280, height: 800 };
const artefacts = join(root, "artefacts/login-pages");

let stack: Stack;
let browser: Browser;
let app: Awaited<ReturnType<typeof startApp>>;
let grace: Person;
beforeAll(async () => {
  mkdirSync(artefacts, { recursive: true });
  [stack, browser, app] = await Promise.all([startStack(), startBrowser(), startApp()]);
  grace = await addPerson(stack, "grace");
  await addApp(stack, "app-desk", {
    client_name: "The desk",
    token_endpoint_auth_method: "none",
    redirect_uris: [app.callback],
    post_logout_redirect_uris: [app.bye],
  });
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await app?.[Symbol.asyncDispose]();
  await stack?.[Symbol.asyncDispose]();
});

type Look = (page: Page, name: string) => Promise<void>;

/** Every page that a person can meet, in the order in which they do; returns the app's code. */
async function walk(options: BrowserContextOptions, look: Look) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const verifier = randomPKCECodeVerifier();
  const parameters = new URLSearchParams({
    response_type: "code",
    client_id: "app-desk",
    redirect_uri: app.callback,
    scope: "openid profile invoices:read",
    resource: billing,
    state: "a state",
    prompt: "consent",
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  });
  const authorize = `${stack.url}/oauth/authorize`;

  await page.goto(`${authorize}?client_id=nobody-at-all`);
  await page.getByRole("heading", { name: "This did not work" }).waitFor();
  await look(page, "error");

  await page.goto(`${authorize}?${parameters}`);
  await look(page, "login");
  await typePassword(page, { ...grace, password: "not hers" });
  await page.getByRole("alert").waitFor();
  await look(page, "login-refused");
  await typePassword(page, grace);

  await page.getByRole("heading", { name: "Allow The desk?" }).waitFor();
  await look(page, "consent");
  await page.getByRole("button", { name: "Allow", exact: true }).click();
  await page.getByRole("heading", { name: "The app" }).waitFor();
  const code = new URL(page.url()).searchParams.get("code") ?? "";

  await page.goto(`${stack.url}/oauth/logout?client_id=app-desk`);
  await look(page, "logout");
  await page.getByRole("button", { name: "Log out", exact: true }).click();
  await page.getByRole("heading", { name: "You are logged out" }).waitFor();
  await look(page, "logged-out");
  await context.close();
  return { code, verifier };
}

const sizes = [
  ["phone", phone],
  ["desktop", desktop],
] as const;
const schemes = ["light", "dark"] as const;
const looks = sizes.flatMap(([size, viewport]) =>
  schemes.map((colorScheme) => ({ size, viewport, colorScheme })),
);

test.each(looks)(
  "on a $colorScheme $size, with no script at all, a person logs in, consents and logs out",
  async ({ size, viewport, colorScheme }) => {
    const overflowing: string[] = [];
    const options = { viewport, colorScheme, javaScriptEnabled: false };

    const { code, verifier } = await walk(options, async (page, name) => {
      await page.screenshot({ path: join(artefacts, `${name}-${size}-${colorScheme}.png`) });
      // Bounding boxes come from the browser itself, so that they can be had with no script.
      const box = await page.getByRole("main").boundingBox();
      if (box === null || box.x < 0 || box.x + box.width > viewport.width) overflowing.push(name);
    });

    expect(overflowing).toEqual([]);
    const body = new URLSearchParams({
      grant_type: "authorization_code",
      client_id: "app-desk",
      redirect_uri: app.callback,
      code,
      code_verifier: verifier,
    });
    const response = await fetch(`${stack.url}/oauth/token`, { method: "POST", body });
    // She has logged out since: what the code was for is over.
    expect([response.status, await response.json()]).toEqual([
      400,
      expect.objectContaining({ error: "invalid_grant" }),
    ]);
  },
);

test.each(schemes)("axe finds nothing to complain of on any page in %s", async (colorScheme) => {
  const complaints: unknown[] = [];
  const seen: string[] = [];

  await walk({ viewport: phone, colorScheme, bypassCSP: true }, async (page, name) => {
    seen.push(name);
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    for (const { id, nodes } of violations) complaints.push([name, id, nodes[0]?.html]);
  });

  expect(complaints).toEqual([]);
  expect(seen).toEqual(["error", "login", "login-refused", "consent", "logout", "logged-out"]);
});

test("what the browser is told about the pages leaves a script no way in", async () => {
  const response = await fetch(`${stack.url}/oauth/authorize?client_id=nobody-at-all`);
  const policy = response.headers.get("content-security-policy") ?? "";

  expect(response.headers.get("content-type")).toMatch(/^text\/html/);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain("unsafe");
  expect(response.headers.get("cache-control")).toBe("no-store");
});
