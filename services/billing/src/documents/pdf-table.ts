import { cellsOf, columnsOf, type InvoiceDocument } from "./invoice-document.ts";
import { ink, type Pdf, quiet, rule, widthOf } from "./pdf-page.ts";

const gap = 10;
/** Of the columns after the description, which takes what is left: at least this, and no wrapping. */
const narrowest = [56, 76, 52, 84];

/** Draws the lines of an invoice, page after page, with the heads of the columns on each. */
export function drawTable(pdf: Pdf, document: InvoiceDocument): void {
  const columns = placeColumns(pdf, document);
  const heads = () => {
    pdf.fontSize(8.5).fillColor(quiet);
    drawRow(pdf, columns, columnsOf(document));
    pdf.fontSize(9.5).fillColor(ink);
  };
  heads();
  for (const line of document.lines) {
    const cells = cellsOf(line);
    if (pdf.y + heightOf(pdf, columns, cells) > pdf.page.height - pdf.page.margins.bottom) {
      pdf.addPage();
      heads();
    }
    drawRow(pdf, columns, cells);
  }
}

type Column = { x: number; width: number; align: "left" | "right" };

function placeColumns(pdf: Pdf, { lines }: InvoiceDocument): Column[] {
  const { left } = pdf.page.margins;
  const widths = narrowest.map((width, index) => {
    const cells = lines.map((line) => pdf.widthOfString(cellsOf(line)[index + 1] ?? ""));
    return Math.max(width, ...cells.map((cell) => cell + gap + 1));
  });
  const taken = widths.reduce((all, width) => all + width, 0);
  const columns: Column[] = [{ x: left, width: widthOf(pdf) - taken, align: "left" }];
  let x = left + widthOf(pdf) - taken;
  for (const width of widths) {
    columns.push({ x: x + gap, width: width - gap, align: "right" });
    x += width;
  }
  return columns;
}

function heightOf(pdf: Pdf, columns: readonly Column[], cells: readonly string[]): number {
  const heights = columns.map(({ width }, index) =>
    pdf.heightOfString(cells[index] ?? "", { width }),
  );
  return Math.max(...heights) + gap;
}

function drawRow(pdf: Pdf, columns: readonly Column[], cells: readonly string[]): void {
  const top = pdf.y;
  const bottom = top + heightOf(pdf, columns, cells);
  columns.forEach(({ x, width, align }, index) => {
    pdf.text(cells[index] ?? "", x, top + gap / 2, { width, align });
  });
  const { left } = pdf.page.margins;
  pdf.moveTo(left, bottom).lineTo(left + widthOf(pdf), bottom);
  pdf.lineWidth(0.6).strokeColor(rule).stroke();
  pdf.y = bottom;
}
