import { type Html, html } from "@tollgate/shared/html";
import { openidScopes } from "../../resources/openid-scopes.ts";
import type { Page } from "./page.ts";

export type ConsentPage = {
  readonly uid: string;
  readonly csrf: string;
  readonly clientName: string;
  readonly redirectUri: string;
  readonly username: string;
  readonly resource: string;
  readonly scopes: readonly string[];
};

const meanings: Record<string, string> = {
  openid: "Know that it is you",
  profile: "See your name and username",
  email: "See your e-mail address",
};

export function consentPage(page: ConsentPage): Page {
  const { uid, csrf, clientName, redirectUri, username, resource, scopes } = page;
  const path = `/oauth/interaction/${encodeURIComponent(uid)}`;
  const hidden = html`<input type="hidden" name="csrf" value="${csrf}">`;
  const own = scopes.filter((scope) => openidScopes.includes(scope));
  const theirs = scopes.filter((scope) => !openidScopes.includes(scope));

  return {
    title: `Allow ${clientName}?`,
    formTargets: [redirectUri],
    main: html`<h1>Allow ${clientName}?</h1>
<p class="quiet">You are logged in as ${username}.</p>
<p>It would be able to:</p>
<ul>
${own.map((scope) => html`<li>${meanings[scope] ?? scope}</li>\n`)}${theirs.map((scope) => itemOf(scope, resource))}</ul>
<p class="quiet">You will be sent to ${new URL(redirectUri).origin}.</p>
<form method="post" action="${path}/consent">
${hidden}
<button type="submit">Allow</button>
</form>
<form method="post" action="${path}/abort">
${hidden}
<button type="submit" class="second">Do not allow</button>
</form>`,
  };
}

function itemOf(scope: string, resource: string): Html {
  return html`<li><code>${scope}</code> at ${new URL(resource).host}</li>\n`;
}
