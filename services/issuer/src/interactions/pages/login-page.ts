import { type Html, html } from "@tollgate/shared/html";
import type { Page } from "./page.ts";

/** Another way to log in: an outside provider, by the name that its path here has. */
export type LoginProvider = {
  readonly name: string;
  readonly label: string;
  /** Where its login page is: the form that leads there must be allowed to. */
  readonly target: string;
};

export type LoginPage = {
  readonly uid: string;
  readonly csrf: string;
  readonly clientName: string;
  readonly redirectUri: string;
  readonly username?: string | undefined;
  /** What was wrong with the last try. */
  readonly fault?: string | undefined;
  readonly providers: readonly LoginProvider[];
};

export function loginPage(page: LoginPage): Page {
  const { uid, csrf, clientName, fault, username = "", providers } = page;
  const path = `/oauth/interaction/${encodeURIComponent(uid)}`;
  const hidden = html`<input type="hidden" name="csrf" value="${csrf}">`;
  const focusIf = (first: boolean) => (first && fault === undefined ? html` autofocus` : html``);
  const invalid =
    fault === undefined ? html`` : html` aria-invalid="true" aria-describedby="fault"`;

  return {
    title: fault === undefined ? "Log in" : "Error: Log in",
    formTargets: [page.redirectUri, ...providers.map(({ target }) => target)],
    main: html`<h1>Log in</h1>
<p class="quiet">to continue to ${clientName}</p>
${summary(fault)}<form method="post" action="${path}/login">
${hidden}
<label for="username">Username or e-mail</label>
<input id="username" name="username" type="text" value="${username}" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="256" required${invalid}${focusIf(username === "")}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="1024" required${invalid}${focusIf(username !== "")}>
<button type="submit">Log in</button>
</form>
${providers.map(({ name, label }) => html`<form method="post" action="${path}/federated/${encodeURIComponent(name)}">${hidden}<button type="submit" class="second">Continue with ${label}</button></form>\n`)}<form method="post" action="${path}/abort">
${hidden}
<button type="submit" class="second">Cancel</button>
</form>`,
  };
}

/** Read aloud first, and where the keyboard starts. */
function summary(fault: string | undefined): Html {
  if (fault === undefined) return html``;
  return html`<div class="faults" id="fault" role="alert" tabindex="-1" autofocus><p>${fault}</p></div>\n`;
}
