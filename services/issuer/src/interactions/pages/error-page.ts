import { html } from "@tollgate/shared/html";
import type { Page } from "./page.ts";

export type ErrorPage = {
  /** RFC 6749's word, or ours. */
  readonly code: string;
  readonly description: string;
  readonly requestId: string | undefined;
};

/** For what cannot be told to the app, as it is not known which, or not safe to send somebody there. */
export function errorPage({ code, description, requestId }: ErrorPage): Page {
  return {
    title: "This did not work",
    main: html`<h1>This did not work</h1>
<p>${sentence(description)}</p>
<p>Go back to the application that you came from and begin anew.</p>
<p class="quiet"><code>${code}</code>${requestId === undefined ? "" : html`, request <code>${requestId}</code>`}</p>`,
  };
}

/** The engine's descriptions are written for developers: no capital, no full stop. */
function sentence(text: string): string {
  const end = /[.!?]$/.test(text) ? "" : ".";
  return text.charAt(0).toUpperCase() + text.slice(1) + end;
}
