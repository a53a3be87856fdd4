export type Pdf = PDFKit.PDFDocument;

/** PDF points: 72 an inch, so 57 are 20 mm. */
export const margin = 57;

export const ink = "#1c2430";
export const quiet = "#667085";
export const rule = "#d9dee6";

export function widthOf({ page }: Pdf): number {
  return page.width - page.margins.left - page.margins.right;
}
