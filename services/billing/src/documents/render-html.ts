import { type Html, html } from "@tollgate/shared/html";
import { documentStyle } from "./document-style.ts";
import {
  cellsOf,
  columnsOf,
  type DocumentLine,
  type InvoiceDocument,
  type PrintedParty,
  titleOf,
} from "./invoice-document.ts";

/** Writes an invoice as one page of HTML that needs nothing else. */
export function renderHtml(document: InvoiceDocument): string {
  const { locale, words, facts, lines, totals, total, closing, seller, buyer } = document;
  return html`<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${titleOf(document)}</title>
<style>${documentStyle}</style>
</head>
<body>
<main>
<header>
<h1>${words.invoice}</h1>
<div class="seller party">${party(seller)}</div>
</header>
<section class="about">
<div class="party"><span class="label">${words.billTo}</span>
${party(buyer)}</div>
<dl>
${facts.map(({ label, value }) => html`<dt>${label}</dt><dd>${value}</dd>\n`)}</dl>
</section>
<table>
<thead>
<tr>${columnsOf(document).map((column) => html`<th scope="col">${column}</th>`)}</tr>
</thead>
<tbody>
${lines.map(row)}</tbody>
</table>
<table class="totals">
<tbody>
${totals.map(({ label, value }) => html`<tr><th scope="row">${label}</th><td>${value}</td></tr>\n`)}</tbody>
<tfoot>
<tr><th scope="row">${total.label}</th><td>${total.value}</td></tr>
</tfoot>
</table>
<p class="closing">${closing}</p>
</main>
</body>
</html>
`.text;
}

function party({ name, lines }: PrintedParty): Html {
  return html`<strong>${name}</strong>${lines.join("\n")}`;
}

function row(line: DocumentLine): Html {
  return html`<tr>${cellsOf(line).map((cell) => html`<td>${cell}</td>`)}</tr>\n`;
}
