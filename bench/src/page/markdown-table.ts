// A table of a Markdown page.

/** The first column's cells to the left, as all that are not numbers; numbers to the right. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const isNumeric = head.map((_, column) => rows.some((row) => /^[\d.,]+$/.test(row[column] ?? '')));
  const rule = isNumeric.map((numeric) => (numeric ? '--:' : '---'));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
