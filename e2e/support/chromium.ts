import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import type { Person } from "./people.ts";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Debian's Chromium with a new profile of its own; a machine without it fails, and says what to do. */
export async function startBrowser(): Promise<Browser> {
  if (!existsSync(executablePath)) {
    throw new Error("This test needs Debian's own: apt-get install chromium, or CHROMIUM=<path>");
  }
  return await chromium.launch({
    executablePath,
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** Fills the login page that the browser is at, and sends it. */
export async function typePassword(page: Page, { username, password }: Person): Promise<void> {
  await page.getByLabel("Username or e-mail").fill(username);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in", exact: true }).click();
}
