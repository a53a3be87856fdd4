type Row = Record<string, unknown>;

/** Rows under the columns' names, as wide as need be. */
export function showTable(rows: readonly Row[], columns: readonly string[]): string {
  const cells = [columns, ...rows.map((row) => columns.map((column) => shown(row[column])))];
  const widths = columns.map((_, at) => Math.max(...cells.map((line) => line[at]?.length ?? 0)));
  return cells
    .map((line) =>
      line
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** One line of a terminal: whatever was recorded cannot move its cursor. */
function shown(value: unknown): string {
  const text =
    typeof value === "object" && value !== null ? JSON.stringify(value) : String(value ?? "");
  return text.replace(/\p{C}/gu, "\uFFFD");
}
