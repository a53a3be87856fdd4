import { type InvoiceDocument, invoiceDocument } from "../documents/invoice-document.ts";
import { renderHtml } from "../documents/render-html.ts";
import { renderPdf } from "../documents/render-pdf.ts";
import { sha256 } from "../documents/sha256.ts";
import { endpoint } from "../endpoint.ts";
import { problem } from "../problems.ts";
import { findParts } from "../store/invoice-parts.ts";
import { findInvoice } from "../store/invoices.ts";

const forms = {
  "text/html": { extension: "html", draw: drawHtml },
  "application/pdf": { extension: "pdf", draw: renderPdf },
} as const;

const types = Object.keys(forms) as (keyof typeof forms)[]; // the first is for who takes anything

// Names come from customers: should one ever escape its escaping, nothing runs and nothing is sent.
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export const getDocument = endpoint({
  name: "getDocument",
  summary: "Reads a finalized invoice as the customer gets it, on a page or on paper",
  method: "GET",
  path: "/v1/invoices/{id}/document",
  scope: "invoices:read",
  roles: ["accountant", "clerk", "auditor", "customer"],
  conditional: true,
  async handle({ tx, id, preferred }) {
    const type = preferred(types);
    if (type === undefined) throw problem("not_acceptable");
    const invoice = await findInvoice(tx, id);
    if (invoice === undefined) throw problem("not_found");
    if (invoice.status === "draft") throw problem("document_of_draft");

    const { extension, draw } = forms[type];
    const document = invoiceDocument({ invoice, ...(await findParts(tx, id)) });
    const bytes = await draw(document);
    const name = `${document.number.replaceAll("/", "-")}.${extension}`;
    const headers = {
      etag: `"${sha256(bytes)}"`,
      vary: "Accept",
      "content-disposition": `inline; filename="${name}"`,
      "content-security-policy": policy,
      "x-content-type-options": "nosniff",
    };
    return { status: 200, headers, content: { type, bytes } };
  },
});

async function drawHtml(document: InvoiceDocument): Promise<Buffer> {
  return Buffer.from(renderHtml(document));
}
