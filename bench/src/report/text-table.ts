// Columns of text for people: words to the left, numbers to the right.

/** A line of heads and one for each row; the columns `from` to before `to` hold numbers. */
export function textTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { from, to }: { readonly from: number; readonly to: number },
): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const aligned = (cell: string, column: number) =>
    column >= from && column < to ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  return all.map((row) => row.map(aligned).join('  ').trimEnd()).join('\n');
}
