import { type Html, html } from "@tollgate/shared/html";
import type { Page } from "./page.ts";

export type LogoutPage = {
  /** The engine's: it is bound to the session. */
  readonly xsrf: string;
  /** The app that asks, where it is known. */
  readonly clientName: string | undefined;
  readonly postLogoutRedirectUri: string | undefined;
  /** Undefined when nobody is logged in, and all that is left is to go on. */
  readonly username: string | undefined;
};

export function logoutPage(page: LogoutPage): Page {
  const { xsrf, clientName, postLogoutRedirectUri, username } = page;
  const targets = postLogoutRedirectUri === undefined ? [] : [postLogoutRedirectUri];
  const form = (
    buttons: readonly Html[],
  ) => html`<form method="post" action="/oauth/logout/confirm">
<input type="hidden" name="xsrf" value="${xsrf}">
${buttons}</form>`;
  const everywhere = (label: string) =>
    html`<button type="submit" name="logout" value="yes">${label}</button>\n`;

  if (username === undefined) {
    const main = html`<h1>You are logged out</h1>
<p>Nobody is logged in in this browser.</p>
${form([everywhere("Continue")])}`;
    return { title: "You are logged out", formTargets: targets, main };
  }
  const ofOneApp =
    clientName === undefined
      ? []
      : [html`<button type="submit" class="second">Log out of ${clientName} only</button>\n`];
  return {
    title: "Log out?",
    formTargets: targets,
    main: html`<h1>Log out?</h1>
<p>You are logged in as ${username}. To log out ends your session here and in every app that you came to through it.</p>
${form([everywhere("Log out"), ...ofOneApp])}`,
  };
}

export const loggedOutPage: Page = {
  title: "You are logged out",
  main: html`<h1>You are logged out</h1>
<p>You can close this page.</p>`,
};
