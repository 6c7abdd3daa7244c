/** Columns padded to their widest cell, three spaces apart; no trailing blanks. Ends in a newline unless empty. */
export function renderTable(
  rows: readonly (readonly string[])[],
  paint: (cell: string, at: CellPlace) => string = plain,
): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cell.length)));
  return rows
    .map((row, rowNumber) => {
      const cells = row.map((cell, column) => {
        const painted = paint(cell, { row: rowNumber, column });
        const isLast = column === row.length - 1;
        return isLast ? painted : painted + " ".repeat((widths[column] ?? 0) - cell.length + 3);
      });
      return `${cells.join("").trimEnd()}\n`;
    })
    .join("");
}

export interface CellPlace {
  readonly row: number;
  readonly column: number;
}

const plain = (cell: string): string => cell;
