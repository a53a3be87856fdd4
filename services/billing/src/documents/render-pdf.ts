import { createRequire } from "node:module";
import PDFDocument from "pdfkit";
import { type InvoiceDocument, type PrintedParty, titleOf } from "./invoice-document.ts";
import { ink, margin, type Pdf, quiet, widthOf } from "./pdf-page.ts";
import { drawTable } from "./pdf-table.ts";

const { resolve } = createRequire(import.meta.url);
const fonts = {
  regular: resolve("@expo-google-fonts/noto-sans/400Regular/NotoSans_400Regular.ttf"),
  strong: resolve("@expo-google-fonts/noto-sans/600SemiBold/NotoSans_600SemiBold.ttf"),
};

/** Draws an invoice on A4. The same document is the same file, byte for byte. */
export async function renderPdf(document: InvoiceDocument, { compress = true } = {}) {
  const pdf = open(document, compress);
  drawHead(pdf, document);
  drawAbout(pdf, document);
  drawTable(pdf, document);
  drawTotals(pdf, document);
  numberPages(pdf, document);
  pdf.end();
  const chunks: Buffer[] = [];
  for await (const chunk of pdf) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function open(document: InvoiceDocument, compress: boolean): Pdf {
  const pdf = new PDFDocument({
    compress,
    size: "A4",
    margins: { top: margin, left: margin, right: margin, bottom: margin + 14 },
    bufferPages: true, // how many there are is written on each
    lang: document.locale,
    displayTitle: true,
    info: {
      Title: titleOf(document),
      Author: document.seller.name,
      Creator: "Tollgate",
      Producer: "Tollgate",
      CreationDate: new Date(`${document.issuedOn}T00:00:00Z`), // not the moment it is drawn
    },
  });
  for (const [name, file] of Object.entries(fonts)) pdf.registerFont(name, file);
  return pdf.font("regular").fontSize(9.5).fillColor(ink).lineGap(2);
}

function drawHead(pdf: Pdf, { words, seller }: InvoiceDocument): void {
  const { top } = pdf.page.margins;
  pdf
    .font("strong")
    .fontSize(22)
    .text(words.invoice, margin, top - 6);
  const half = widthOf(pdf) / 2;
  drawParty(pdf, seller, { x: margin + half, y: top, width: half, align: "right" });
}

function drawAbout(pdf: Pdf, { words, buyer, facts }: InvoiceDocument): void {
  const y = Math.max(pdf.y, pdf.page.margins.top + 60) + 26;
  const half = widthOf(pdf) / 2;
  pdf.font("regular").fontSize(8.5).fillColor(quiet).text(words.billTo, margin, y);
  drawParty(pdf, buyer, { x: margin, y: pdf.y, width: half - 20, align: "left" });
  const below = pdf.y;

  pdf.y = y;
  for (const { label, value } of facts) {
    const line = pdf.y;
    pdf.fillColor(quiet).text(label, margin + half, line, { width: half / 2 });
    pdf.fillColor(ink).text(value, margin + half * 1.5, line, { width: half / 2, align: "right" });
  }
  pdf.y = Math.max(pdf.y, below) + 24;
}

type Place = { x: number; y: number; width: number; align: "left" | "right" };

function drawParty(pdf: Pdf, { name, lines }: PrintedParty, { x, y, width, align }: Place): void {
  pdf.font("strong").fontSize(9.5).fillColor(ink).text(name, x, y, { width, align });
  pdf.font("regular");
  for (const line of lines) pdf.text(line, x, pdf.y, { width, align });
}

function drawTotals(pdf: Pdf, { totals, total, closing }: InvoiceDocument): void {
  const width = widthOf(pdf) * 0.6;
  const x = margin + widthOf(pdf) - width;
  const height = totals.length * 18 + 50;
  if (pdf.y + height + 40 > pdf.page.height - pdf.page.margins.bottom) pdf.addPage();
  pdf.y += 12;
  const line = (label: string, value: string) => {
    const y = pdf.y;
    pdf.text(label, x, y, { width: width * 0.62 });
    const below = pdf.y;
    pdf.text(value, x, y, { width, align: "right" });
    pdf.y = Math.max(below, pdf.y) + 3;
  };
  for (const { label, value } of totals) line(label, value);
  pdf
    .moveTo(x, pdf.y + 3)
    .lineTo(x + width, pdf.y + 3)
    .lineWidth(1.2)
    .strokeColor(ink)
    .stroke();
  pdf.y += 9;
  pdf.font("strong").fontSize(12);
  line(total.label, total.value);
  pdf
    .font("regular")
    .fontSize(9.5)
    .text(closing, margin, pdf.y + 26, { width: widthOf(pdf) });
}

function numberPages(pdf: Pdf, { words, number }: InvoiceDocument): void {
  const { count } = pdf.bufferedPageRange();
  for (let index = 0; index < count; index += 1) {
    pdf.switchToPage(index);
    pdf.page.margins.bottom = 0; // below it, text would open another page
    const text = count === 1 ? number : `${number} · ${words.page(index + 1, count)}`;
    pdf.fontSize(8).fillColor(quiet);
    pdf.text(text, margin, pdf.page.height - 44, { width: widthOf(pdf), align: "right" });
  }
}
