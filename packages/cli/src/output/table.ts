// Rows and columns for a terminal: no borders, numbers to the right, nothing behind the last word of a line.
import CliTable from 'cli-table3';
import { arranged, say, type Piece, type Printable } from './printable.js';

/** One column of a table. */
export interface Column<Row> {
  readonly head: string;
  /** A plain text is foreign: it is written out, on one line. */
  readonly cell: (row: Row) => Piece;
  readonly isNumber?: true;
}

export interface TableStyle {
  readonly indent?: string;
  /** How the names of the columns look. */
  readonly head?: (text: string) => Printable;
}

/** A line for each row, below one of names. A cell may hold colours; one that is a block has further lines below it. */
export function table<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { indent = '', head = (text) => say`${text}` }: TableStyle = {},
): Printable {
  const heads = columns.map((column) => head(column.head));
  const cells = rows.map((row) => columns.map(({ cell }) => cell(row)));
  return arranged([heads, ...cells], ([first = [], ...others]) => {
    const drawn = new CliTable({
      head: [...first],
      chars: { ...NO_LINES, middle: '  ' },
      style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
      colAligns: columns.map(({ isNumber }) => (isNumber ? 'right' : 'left')),
    });
    drawn.push(...others.map((row) => [...row]));
    const lines = drawn.toString().split('\n');
    return lines.map((line) => `${indent}${line.trimEnd()}\n`).join('');
  });
}

const LINES = [
  'top',
  'top-mid',
  'top-left',
  'top-right',
  'bottom',
  'bottom-mid',
  'bottom-left',
  'bottom-right',
] as const;
const MORE_LINES = ['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'] as const;
const NO_LINES = Object.fromEntries([...LINES, ...MORE_LINES].map((line) => [line, '']));
