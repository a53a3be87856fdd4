import type { Guidance, Guide } from "@tollgate/shared/problem-guide/guide";

/** A page that stands alone: no script, no font, nothing fetched. */
export function renderPage(code: string, [status, meaning, remedy]: Guidance): string {
  return page(
    code,
    `<h1><code>${code}</code></h1>
<p class="status">HTTP status ${status}</p>
<h2>What it means</h2>
<p>${escapeHtml(meaning)}</p>
<h2>What to do</h2>
<p>${escapeHtml(remedy)}</p>
<p><a href="/problems">All problems</a></p>`,
  );
}

export function renderIndex(guide: Guide): string {
  const rows = Object.entries(guide)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(
      ([code, [status, meaning]]) =>
        `<tr><td>${status}</td><td><a href="/problems/${slug(code)}"><code>${code}</code></a></td><td>${escapeHtml(meaning)}</td></tr>`,
    );
  return page(
    "Problems",
    `<h1>Problems</h1>
<p>Every refusal carries a <code>code</code>. These are all of them.</p>
<table><thead><tr><th scope="col">Status</th><th scope="col">Code</th><th scope="col">Meaning</th></tr></thead>
<tbody>${rows.join("\n")}</tbody></table>`,
  );
}

export function slug(code: string): string {
  return code.replaceAll("_", "-");
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} - Tollgate</title>
<style>
body { max-width: 44rem; margin: 3rem auto; padding: 0 1rem; font: 1.05rem/1.6 system-ui, sans-serif; color: #1c2430; background: #fff; }
code { font-family: ui-monospace, monospace; } h1 { font-size: 1.6rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.status { color: #4a5568; } table { border-collapse: collapse; } td, th { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; }
a { color: #0b57d0; } @media (prefers-color-scheme: dark) { body { color: #e6e9ef; background: #14181f; } .status { color: #a8b3c4; } a { color: #8ab4f8; } }
</style>
</head>
<body>
${body}
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
