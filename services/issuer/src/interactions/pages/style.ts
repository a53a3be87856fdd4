import { hash } from "node:crypto";
import { Html } from "@tollgate/shared/html";

/** The one style sheet of all pages: inlined, so that a page is one request. */
const css = `
:root { color-scheme: light dark; --text: #1c2430; --quiet: #4a5568; --page: #f3f5f8; --card: #fff;
  --line: #8590a2; --accent: #0b57d0; --on-accent: #fff; --fault: #a61b1b; --fault-back: #fdecec; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6e9ef; --quiet: #b3bdcc; --page: #0f1319; --card: #1a2029; --line: #7b8799;
    --accent: #8ab4f8; --on-accent: #0f1319; --fault: #ffb4ab; --fault-back: #3b1613; }
}
*, *::before, *::after { box-sizing: border-box; }
body { margin: 0; padding: 1rem; min-height: 100vh; font: 1rem/1.5 system-ui, sans-serif;
  color: var(--text); background: var(--page); overflow-wrap: anywhere; }
main { max-width: 26rem; margin: 8vh auto 0; padding: 1.5rem; background: var(--card);
  border: 1px solid var(--line); border-radius: .75rem; }
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.25; }
p { margin: 0 0 1rem; } .quiet { color: var(--quiet); }
label { display: block; margin-bottom: .25rem; font-weight: 600; }
input { width: 100%; margin-bottom: 1rem; padding: .625rem .75rem; font: inherit; font-size: 1rem;
  color: inherit; background: transparent; border: 1px solid var(--line); border-radius: .5rem; }
input[aria-invalid] { border-color: var(--fault); }
button { width: 100%; min-height: 2.75rem; margin-bottom: .75rem; padding: .625rem 1rem; font: inherit;
  font-weight: 600; color: var(--on-accent); background: var(--accent); border: 1px solid var(--accent);
  border-radius: .5rem; cursor: pointer; }
button.second { color: var(--accent); background: transparent; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.faults { margin-bottom: 1rem; padding: .75rem 1rem; color: var(--fault);
  background: var(--fault-back); border-left: 4px solid var(--fault); border-radius: .25rem; }
.faults p, main > :last-child, form:last-child > :last-child { margin-bottom: 0; } .faults a { color: inherit; }
ul { margin: 0 0 1rem; padding-left: 1.25rem; } li { margin-bottom: .25rem; }
.rule { margin: 1rem 0; border: 0; border-top: 1px solid var(--line); }
a { color: var(--accent); } code { font-family: ui-monospace, monospace; font-size: .875rem; }
`;

export const style = new Html(css);

/** What the Content-Security-Policy calls it. */
export const styleSource = `'sha256-${hash("sha256", css, "base64")}'`;
