import { expect } from "@jest/globals";
import type { Browser } from "./browser.ts";
import { authorizeParams, authorizePath } from "./log-in.ts";
import { openFederatedIssuer } from "./open-federated-issuer.ts";
import { outsideClient, startOutsideProvider } from "./start-outside-provider.ts";

export type Outside = Awaited<ReturnType<typeof startOutsideProvider>>;

/** An issuer at which people can log in by two outside providers, and by one that is not there. */
export async function openOutsideLogin() {
  const [outside, other] = [await startOutsideProvider(), await startOutsideProvider()];
  const issuer = await openFederatedIssuer(
    providerText("outside", outside.issuer) +
      providerText("other", other.issuer) +
      providerText("away", "http://localhost:1"),
    { outside: outsideClient.secret },
  );

  /** A page of ours that says what happened, the reason in the audit alone, and nobody logged in. */
  function expectRefused(page: Page, status: number, reason: string) {
    expect({ status: page.status, text: page.text }).toMatchObject({ status });
    expect(page.headers.get("content-type")).toContain("text/html");
    expect(page.text).not.toMatch(/oauth_|theirs| at .*\.[jt]s/i);
    const last = issuer.lines.filter(({ event }) => String(event).startsWith("login_")).at(-1);
    expect(last).toMatchObject({ event: "login_failed", reason: expect.stringContaining(reason) });
  }

  return {
    ...{ outside, other, issuer, expectRefused },
    async [Symbol.asyncDispose]() {
      for (const each of [issuer, outside, other]) await each[Symbol.asyncDispose]();
    },
  };
}

type Page = Awaited<ReturnType<Browser["open"]>>;

const providerText = (name: string, url: string) => `
  - name: ${name}
    issuer: ${url}
    algorithms: [RS256]
    login:
      client_id: ${outsideClient.id}
      client_secret_file: \${OUTSIDE_SECRETS}/outside
      scopes: [openid, profile]
      display_name: The ${name} one
`;

/** From the app to the login page, and to the provider that the person chooses there. */
export async function leave(browser: Browser, provider = "outside", changes = {}) {
  const params = authorizeParams("app-web", changes);
  const shown = await browser.follow(await browser.open(authorizePath(params)));
  const { action, fields } = shown.form(`/federated/${provider}`);
  return { shown, begun: await browser.submit(action, fields) };
}

/** Where a provider sends people back to. */
export const back = (answer: Record<string, string>, provider = "outside") =>
  `/oauth/federation/callback/${provider}?${new URLSearchParams(answer)}`;

export async function come(browser: Browser, answer: Record<string, string>, provider = "outside") {
  return await browser.follow(await browser.open(back(answer, provider)));
}
